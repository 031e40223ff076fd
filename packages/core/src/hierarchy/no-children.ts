import { type Children, notAPath } from './children';

/** Of a workflow without managed paths: so it is for most of many, and they hold nothing for it. */
export const NO_CHILDREN: Children = {
  paths: [],
  infos: [],
  isFull: false,
  begin() {},
  all: () => [],
  get: () => undefined,
  changed() {},
  make: ({ id }) => ({ id }),
  tell() {},
  noticed() {},
  start(field) {
    throw notAPath(field, []);
  },
  async end() {},
  managedPaths: () => ({}),
  carry: () => ({ paths: {} }),
};
