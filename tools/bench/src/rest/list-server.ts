import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tickets } from '../measure/records';

/** Records on a page, as the bar has it. */
const SIZE = 100;

/** So many different pages are made; a longer list has them again and again. */
const DIFFERENT = 100;

/**
 * A list API in a process of its own, so that its work is not counted as its clients'. The pages are made before
 * the first request: `?page=n` of as many as the command line says. Sends its port to the parent.
 */
const count = Number(process.argv[2]);
const all = tickets(DIFFERENT * SIZE);
const bodyOf = (page: number, hasMore: boolean): Buffer =>
  Buffer.from(JSON.stringify({ items: all.slice(page * SIZE, (page + 1) * SIZE), hasMore }));
const pages = Array.from({ length: DIFFERENT }, (_, page) => bodyOf(page, true));
const last = bodyOf((count - 1) % DIFFERENT, false);

const server = createServer((request, response) => {
  const page = Number(new URL(request.url ?? '', 'http://localhost').searchParams.get('page'));
  const body = page === count ? last : (pages[(page - 1) % DIFFERENT] as Buffer);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit());
