/**
 * Says that fields of an entity are there, so that the compiler knows it too: what no source has brought yet is not.
 *
 * @example
 * if (!isLoaded(this.data, 'name', 'contacts')) return;
 * this.data.contacts.length; // not undefined
 */
export function isLoaded<T extends object, Field extends keyof T>(
  entity: T | null | undefined,
  ...fields: readonly Field[]
): entity is T & { readonly [F in Field]-?: Exclude<T[F], undefined> } {
  return entity != null && fields.every((field) => entity[field] !== undefined);
}
