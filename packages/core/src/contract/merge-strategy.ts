/**
 * How given fields meet held ones:
 * - `$merge`: given fields win; plain objects in them are merged, key by key
 * - `$set`: given fields win, as they are
 * - `$replace`: the entity becomes exactly what is given
 */
export type MergeStrategy = '$merge' | '$set' | '$replace';
