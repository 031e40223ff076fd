import { execFileSync } from 'node:child_process';
import { rename, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { disk } from '../src/disk';
import { makeFileAdapter } from '../src/file-adapter';
import { fileAdapter } from '../src/index';
import { faultOf, folder, pagesOf, recordsOf } from './support';

const files = { 'root/in/a.json': '{"id":"in"}', 'secret/a.json': '{"id":"secret"}', 'root-2/a.json': '{}' };

describe('confinement', () => {
  it('reads a file that a link within the root leads to', async () => {
    const home = await folder(files);
    await symlink('in/a.json', join(home, 'root/link.json'));
    const adapter = fileAdapter({ roots: { main: join(home, 'root') } });
    expect(await recordsOf(adapter, { path: 'link.json' })).toEqual([{ id: 'in' }]);
  });

  it.each([
    ['to a file', '../secret/a.json', 'link.json', 'link.json'],
    ['to a directory', '../secret', 'link', 'link/a.json'],
    ['to a directory that is read whole', '../secret', 'link', 'link'],
    ['to a directory whose name begins as the root', '../root-2', 'link', 'link/a.json'],
  ])('refuses a link %s outside', async (_, target, link, path) => {
    const home = await folder(files);
    await symlink(target, join(home, 'root', link));
    const adapter = fileAdapter({ roots: { main: join(home, 'root') } });
    const fault = await faultOf(adapter, { path });
    expect(fault).toEqual({
      kind: 'invalid',
      message: `${path} leads out of its root. Put the file under the root itself.`,
    });
  });

  it('refuses a link outside that lies in a directory', async () => {
    const home = await folder(files);
    await symlink('../../secret/a.json', join(home, 'root/in/b.json'));
    const adapter = fileAdapter({ roots: { main: join(home, 'root') } });
    expect((await faultOf(adapter, { path: 'in' })).message).toMatch(/^in\/b\.json leads out of its root/);
  });

  it.each(['..', '../secret', 'a/b', 'a\\b', '.', '', 'a\0b', 'c:x'])('refuses the id %j', async (id) => {
    const home = await folder(files);
    const adapter = fileAdapter({ roots: { main: join(home, 'root') } });
    const fault = await faultOf(adapter, { path: '{id}/a.json' }, id);
    expect(fault.kind).toBe('invalid');
    expect(fault.message).toContain('id: is no file name');
  });

  it('reads nothing where the directory becomes a link outside just before it is opened', async () => {
    const home = await folder(files);
    const adapter = makeFileAdapter(
      { roots: { main: join(home, 'root') } },
      {
        ...disk,
        open: async (path) => {
          await rename(join(home, 'root/in'), join(home, 'root/was'));
          await symlink('../secret', join(home, 'root/in'));
          return disk.open(path);
        },
      },
    );
    await expect(pagesOf(adapter, { path: 'in/a.json' })).rejects.toThrow('in/a.json leads out of its root');
  });

  it('reads nothing where the file is another one when it is opened', async () => {
    const home = await folder({ ...files, 'root/in/b.json': '{"id":"other"}' });
    const adapter = makeFileAdapter(
      { roots: { main: join(home, 'root') } },
      { ...disk, open: () => disk.open(join(home, 'root/in/b.json')) },
    );
    const fault = await faultOf(adapter, { path: 'in/a.json' });
    expect(fault).toMatchObject({ kind: 'transient', message: expect.stringContaining('in/a.json changed') });
  });

  it.skipIf(process.platform === 'win32')('waits for no pipe', async () => {
    const home = await folder(files);
    execFileSync('mkfifo', [join(home, 'root/pipe.json')], { stdio: 'ignore' });
    const adapter = fileAdapter({ roots: { main: join(home, 'root') } });
    expect(await faultOf(adapter, { path: 'pipe.json' })).toMatchObject({ kind: 'invalid' });
  });

  it('names the root that there is not, and says which there are', async () => {
    const adapter = fileAdapter({ roots: { one: '/a', two: '/b' } });
    expect((await faultOf(adapter, { path: 'a.json' })).message).toBe(
      'root: is none of the adapter. Name one of one, two.',
    );
    expect((await faultOf(adapter, { root: 'toString', path: 'a.json' })).kind).toBe('invalid');
  });
});
