import { join } from 'node:path';
import { build } from 'vitepress';
import { writeApiReference } from './api-reference.js';
import { ROOT } from './pages.js';

// `npm run docs`: the API reference, and then the site, in which a link to a page that is not there is an error.
await writeApiReference();
await build(join(ROOT, 'tools/docs'));
