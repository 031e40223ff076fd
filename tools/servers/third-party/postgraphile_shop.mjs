// PostGraphile over a database.
import { createServer } from 'node:http';
import { postgraphile } from 'postgraphile';

const [port, url] = process.argv.slice(2);
const handler = postgraphile(url, 'public', { disableQueryLog: true, retryOnInitFail: false });
createServer(handler).listen(Number(port), '127.0.0.1');
