export { install, type Installed } from './install';
export { type Item, type Shop } from './shop';
export { datasette, djangoRestFramework, jsonServer, oidcProvider, postGraphile, sapCap } from './shops';
