import { describe, expect, it } from 'vitest';
import { type FileQuery, fileAdapter } from '../src/index';
import { faultOf, folder, pagesOf, recordsOf } from './support';

const reads = async (name: string, content: string | Buffer, query: Partial<FileQuery> = {}) =>
  recordsOf(fileAdapter({ roots: { main: await folder({ [name]: content }) } }), { path: name, ...query });

const refuses = async (name: string, content: string | Buffer, query: Partial<FileQuery> = {}) =>
  faultOf(
    fileAdapter({ roots: { main: await folder({ [name]: content }) }, maxLineBytes: 64, maxJsonBytes: 256 }),
    { path: name, ...query },
  );

describe('formats', () => {
  it.each([
    ['json', 'a.json', '\uFEFF[{"id":"1"}]'],
    ['ndjson', 'a.ndjson', '\uFEFF{"id":"1"}\r\n\r\n'],
    ['jsonl', 'a.jsonl', '{"id":"1"}'],
    ['csv', 'a.csv', '\uFEFFid\r\n1\r\n'],
  ])('%s: leaves out the byte order mark and empty lines', async (_, name, content) => {
    expect(await reads(name, content)).toEqual([{ id: '1' }]);
  });

  it('reads one document as one record, and a list within it', async () => {
    expect(await reads('a.json', '{"id":"1"}')).toEqual([{ id: '1' }]);
    expect(await reads('a.json', '{"data":{"items":[{"id":"1"}]}}', { items: 'data.items' })).toEqual([
      { id: '1' },
    ]);
    expect((await refuses('a.json', '{"data":1}', { items: 'data.items' })).message).toMatch(
      /no list at data\.items/,
    );
  });

  it('reads CSV with quotes, line breaks and another delimiter', async () => {
    expect(await reads('a.csv', 'id;name\n1;"a ""b"";\nc"\n', { delimiter: ';' })).toEqual([
      { id: '1', name: 'a "b";\nc' },
    ]);
  });

  it('takes the format of the query before that of the ending', async () => {
    expect(await reads('a.txt', 'id\n1\n', { format: 'csv' })).toEqual([{ id: '1' }]);
    expect(await refuses('a.txt', 'id\n1\n')).toMatchObject({ kind: 'invalid' });
  });

  it.each([
    ['a.json', '[{"id":"s3cret"},\n{"id":s3cret}]', 'Line 2 of a.json is not JSON.'],
    ['a.json', '[{"id":"s3cret"},\n', 'Line 2 of a.json is not JSON.'],
    ['a.ndjson', '{"id":"1"}\n\n{"id":s3cret}\n', 'Line 3 of a.ndjson is not JSON.'],
    ['a.ndjson', `{"id":"1"}\n"${'s3cret'.repeat(20)}"\n`, 'Line 2 of a.ndjson is longer than 64 bytes.'],
    ['a.csv', 'id,name\n1,a\n2,s3cret,c\n', 'Line 3 of a.csv is not CSV'],
    ['a.csv', 'id,name\n1,a\n2,"s3cret', 'Line 3 of a.csv is not CSV'],
    ['a.csv', 'id,s3cret,s3cret\n1,2,3\n', 'Line 1 of a.csv has a column twice'],
    ['a.csv', `id\n"${'s3cret\n'.repeat(40)}"\n`, 'of a.csv is not CSV'],
    ['a.csv', '\n', 'a.csv has no first line with the names of the columns.'],
    ['a.json', `["${'s3cret'.repeat(100)}"]`, 'a.json is longer than 256 bytes.'],
    ['a.ndjson', Buffer.from([0x31, 0x0a, 0xff, 0x0a]), 'Line 2 of a.ndjson is not UTF-8.'],
    ['a.csv', Buffer.from([0x31, 0x0a, 0xff, 0x0a]), 'Line 2 of a.csv is not UTF-8.'],
    ['a.json', Buffer.from([0x22, 0xff, 0x22]), 'a.json is not UTF-8.'],
  ])('%s: says where it is malformed, and not what is there: %j', async (name, content, expected) => {
    const { kind, message } = await refuses(name, content);
    expect(kind).toBe('fatal');
    expect(message).toContain(expected);
    expect(message).not.toContain('s3cret');
  });

  it('gives what is long in pages, and says at the end alone that it is whole', async () => {
    const main = await folder({ 'a.ndjson': '{"n":1}\n{"n":2}\n{"n":3}\n' });
    const pages = await pagesOf(fileAdapter({ roots: { main }, pageSize: 2 }), { path: 'a.ndjson' });
    expect(pages.map(({ records, complete }) => [records.length, complete])).toEqual([
      [2, false],
      [1, false],
      [0, true],
    ]);
  });

  it('reads the files of a directory by name, but hidden ones and further directories', async () => {
    const main = await folder({
      'd/b.ndjson': '{"n":2}',
      'd/a.csv': 'n\n1\n',
      'd/.c.json': '{"n":3}',
      'd/notes.txt': 'x',
      'd/e/f.json': '{"n":4}',
    });
    const adapter = fileAdapter({ roots: { main } });
    expect(await recordsOf(adapter, { path: 'd' })).toEqual([{ n: '1' }, { n: 2 }]);
    expect(await recordsOf(adapter, { path: 'd', format: 'ndjson' })).toEqual([{ n: 2 }]);
    const few = fileAdapter({ roots: { main }, maxFiles: 1 });
    expect(await faultOf(few, { path: 'd' })).toMatchObject({
      message: expect.stringContaining('more than 1 files'),
    });
  });
});

describe('options', () => {
  it.each([
    [{ roots: {} }, 'roots: must name a directory'],
    [{ roots: { main: 'relative' } }, 'roots.main: must be an absolute path'],
    [{ roots: { main: '/a' }, pageSize: 0 }, 'pageSize: must be 1 or more'],
    [{ roots: { main: '/a' }, color: 'red' }, 'color: is no option'],
  ])('name the field that does not fit: %j', (options, message) => {
    expect(() => fileAdapter(options as never)).toThrow(message);
  });

  it('check says which roots are there, and names no path', async () => {
    const main = await folder();
    const { signal } = new AbortController();
    const ask = (roots: Record<string, string>) => fileAdapter({ roots }).check({ signal } as never);
    expect(await ask({ main })).toEqual({ ok: true, message: 'The roots are there: main.' });
    expect(await ask({ main, other: `${main}/none` })).toMatchObject({
      ok: false,
      message: expect.stringMatching(/^The root other is not there/),
    });
  });
});
