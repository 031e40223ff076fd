/** A class whose instances are known by a name, and not only by the object that the class is. */
export interface Branded {
  readonly prototype: object;
  /** The name: the same in every copy of the package, and of no other class. */
  readonly brand: string;
}

/**
 * Says whether a value is an instance of a class, for the class's `Symbol.hasInstance`. A package can be there twice,
 * in two versions or in Temporal's sandbox and outside of it: then each copy has a class of its own, and `instanceof`
 * would miss what the other copy has made. So a class counts as the same if it declares the same `brand`. A subclass
 * that declares none is known by its prototype alone, as any class is.
 *
 * @param type the class, or a subclass of it
 */
export function hasInstance(type: Branded, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Object.prototype.isPrototypeOf.call(type.prototype, value)) return true;
  if (!Object.hasOwn(type, 'brand')) return false;
  for (let made: unknown = value.constructor; typeof made === 'function'; made = Object.getPrototypeOf(made))
    if (Object.hasOwn(made, 'brand') && (made as unknown as Branded).brand === type.brand) return true;
  return false;
}
