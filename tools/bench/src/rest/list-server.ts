import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tickets } from '../measure/records';

/** Records on a page, as the bar has it. */
const SIZE = 100;

/** So many different pages are made; a longer list has them again and again. */
const DIFFERENT = 100;

/**
 * A list API in a process of its own, so that its work is not counted as its clients'. The pages are made before
 * the first request: `?page=n` of as many as the command line says, each after as many milliseconds as it says. Sends
 * its port to the parent.
 */
const [count = 0, thinks = 0] = process.argv.slice(2).map(Number);
const all = tickets(DIFFERENT * SIZE);
const bodyOf = (page: number, hasMore: boolean): Buffer =>
  Buffer.from(JSON.stringify({ items: all.slice(page * SIZE, (page + 1) * SIZE), hasMore }));
const pages = Array.from({ length: DIFFERENT }, (_, page) => bodyOf(page, true));
const last = bodyOf((count - 1) % DIFFERENT, false);

const server = createServer((request, response) => {
  const page = Number(new URL(request.url ?? '', 'http://localhost').searchParams.get('page'));
  const body = page === count ? last : (pages[(page - 1) % DIFFERENT] as Buffer);
  const headers = { 'content-type': 'application/json', 'content-length': body.length };
  const answer = (): unknown => response.writeHead(200, headers).end(body);
  if (thinks === 0) answer();
  else setTimeout(answer, thinks);
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit());
