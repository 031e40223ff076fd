export { main } from './main';
export { codecServer, type CodecServerOptions } from './server';
