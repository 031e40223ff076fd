/** A value that is not changed in place, however deep. */
export type DeepReadonly<T> = unknown extends T
  ? T
  : T extends (...args: never[]) => unknown
    ? T
    : T extends object
      ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
      : T;

declare const process: { readonly env: { readonly NODE_ENV?: string } };

/**
 * Whether the workflows were bundled for production: then writes in place are not looked for. There is no `process` in
 * the sandbox. The bundler writes the value of `process.env.NODE_ENV` into the code, so it is the same at every replay
 * with this bundle; and whether it is or not, code that does not write in place does the same.
 */
function isForProduction(): boolean {
  try {
    return process.env.NODE_ENV === 'production';
  } catch {
    // bundled by something that does not put the value in
    return false;
  }
}

/** Gives out the workflow's state so that whoever writes to it in place, which nobody would hear of, is told so. */
export class ReadOnly {
  readonly #isOff: boolean;
  /** What was given out before: the same is the same again. */
  readonly #views = new WeakMap<object, object>();

  readonly #handler = new ReadOnlyHandler(this);

  /** @param isOff whether values are given out as they are */
  constructor(isOff = isForProduction()) {
    this.#isOff = isOff;
  }

  /** The value itself, or a view of it that refuses to be changed. Views are made as they are asked for. */
  of<T>(value: T): T {
    if (this.#isOff || typeof value !== 'object' || value === null) return value;
    let view = this.#views.get(value);
    if (!view) {
      view = new Proxy(value, this.#handler);
      this.#views.set(value, view);
      this.#views.set(view, view);
    }
    return view as T;
  }
}

/** What views do instead of what was asked for. */
class ReadOnlyHandler implements ProxyHandler<object> {
  readonly #views: ReadOnly;

  constructor(views: ReadOnly) {
    this.#views = views;
  }

  get(target: object, key: string | symbol): unknown {
    const value: unknown = Reflect.get(target, key);
    if (typeof value !== 'object' || value === null) return value;
    // What cannot change has to be given out as it is.
    const isFixed = Reflect.getOwnPropertyDescriptor(target, key)?.configurable === false;
    return isFixed ? value : this.#views.of(value);
  }

  getOwnPropertyDescriptor(target: object, key: string | symbol): PropertyDescriptor | undefined {
    const found = Reflect.getOwnPropertyDescriptor(target, key);
    return found?.configurable ? { ...found, value: this.#views.of(found.value as unknown) } : found;
  }

  set(_: object, key: string | symbol): never {
    return refuse(key);
  }

  defineProperty(_: object, key: string | symbol): never {
    return refuse(key);
  }

  deleteProperty(_: object, key: string | symbol): never {
    return refuse(key);
  }

  setPrototypeOf(): never {
    return refuse('__proto__');
  }

  preventExtensions(): never {
    return refuse('it');
  }
}

function refuse(key: string | symbol): never {
  throw new TypeError(
    `"${String(key).slice(0, 80)}" is part of the workflow's state, which is not changed in place: nobody would hear of it, and the next change would undo it. Use this.update() or this.delete().`,
  );
}
