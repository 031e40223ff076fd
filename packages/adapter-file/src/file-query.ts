/** How the records of a file are written. */
export type FileFormat = 'json' | 'ndjson' | 'csv';

/** What a file source loads. Plain JSON. */
export interface FileQuery {
  /** Which of the adapter's roots. @default the only one */
  readonly root?: string;
  /**
   * A file, or a directory of files, relative to the root, with `/` between names: `customers/{id}.json`. `{id}` and
   * `{entityName}` are the entity's. Of a directory the files are read that have a known ending, in the order of
   * their names; hidden files and further directories are left out.
   */
  readonly path: string;
  /**
   * How records are written. Of a directory only the files of this format are read.
   * @default by the ending: `.json`, `.ndjson` or `.jsonl`, `.csv`
   */
  readonly format?: FileFormat;
  /** The list in a JSON document, as a dotted path: `data.items`. @default the document: a list, or one record */
  readonly items?: string;
  /** What is between the fields of CSV: one character. @default ',' */
  readonly delimiter?: string;
}

/** How far a load got. A new attempt begins anew. */
export interface FileProgress {
  /** Records that were read. */
  readonly records: number;
}
