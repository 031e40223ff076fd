// Runs a command and ends it when the parent goes away, however it went: the parent holds the other end of
// this process's stdin, and the operating system closes it even for a parent that was killed with SIGKILL.
//
//   node watchdog.mjs GRACE_MS COMMAND [ARGUMENT...]
//
// WATCHDOG_SIGNAL names the signal that asks the command to end (SIGTERM); WATCHDOG_UID and WATCHDOG_GID say as
// whom it runs; WATCHDOG_REMOVE names a directory that a parent which went away can no longer remove itself.
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import process from 'node:process';
import { setTimeout } from 'node:timers';

const [graceMs, command, ...args] = process.argv.slice(2);
const { WATCHDOG_SIGNAL = 'SIGTERM', WATCHDOG_UID, WATCHDOG_GID, WATCHDOG_REMOVE, ...env } = process.env;
const child = spawn(command, args, {
  stdio: ['ignore', 'pipe', 'pipe'],
  env,
  ...(WATCHDOG_UID && { uid: Number(WATCHDOG_UID), gid: Number(WATCHDOG_GID) }),
});

let ending = false;
function end() {
  if (ending) return;
  ending = true;
  child.kill(WATCHDOG_SIGNAL);
  setTimeout(() => child.kill('SIGKILL'), Number(graceMs)).unref();
}

// A parent that stops us in good order says so first, and cleans up itself.
let isParentThere = true;
let isAsked = false;
process.stdin.on('data', () => (isAsked = true));
for (const event of ['end', 'error']) {
  process.stdin.on(event, () => {
    isParentThere = isAsked;
    end();
  });
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end);

// Not inherited: the pipes of a parent that is gone are broken, and a server that writes into one while it
// shuts down may hang. Here its output goes on being read, whether somebody wants it or not.
for (const name of ['stdout', 'stderr']) {
  child[name].pipe(process[name]);
  process[name].on('error', () => child[name].resume());
}

child.on('error', (error) => {
  // The parent shows the tail of stderr as the reason why the server did not start.
  process.stderr.write(`${error.message}\n`, () => process.exit(127));
});
child.on('close', (code) => {
  if (WATCHDOG_REMOVE && !isParentThere) rmSync(WATCHDOG_REMOVE, { recursive: true, force: true });
  // What was piped last must be out before this process is.
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code ?? 1)));
});
