import { run } from './run';

// Who reads only the first lines, as `head` does, has seen enough; that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

const onInterrupt = (stop: () => void): (() => void) => {
  process.once('SIGINT', stop);
  return () => process.off('SIGINT', stop);
};

const { stdout, stderr, env } = process;
void run(process.argv.slice(2), { stdout, stderr, env, now: Date.now, onInterrupt }).then((code) => {
  process.exitCode = code;
});
