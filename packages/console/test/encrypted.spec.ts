import { Client } from '@temporalio/client';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { type ConsoleOptions, startConsole } from '../src';
import { Stage } from './support/stage';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.set({ isEncrypted: true });
  await stage.ensure('NoteWorkflow', 'secretive', { data: { text: 'nobody else may read this' } });
});
afterAll(() => stage.stop());

/** What a page hears first of the workflow, once it was asked. */
async function heard(options: Partial<ConsoleOptions> = {}): Promise<string> {
  const console = await startConsole({ ...stage.options, ...options });
  onTestFinished(() => console.close());
  const { body } = await fetch(`${console.url}/api/workflows/Note-secretive/events`);
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (/data: .*\n/.test(text)) break;
  }
  return text;
}

it('decrypts payloads in its own process, for its pages', async () => {
  expect(await heard()).toContain('nobody else may read this');
});

it('says what is missing where it has no keyring, and shows nothing', async () => {
  const { connection } = stage.consoleClient;
  const said = await heard({ client: new Client({ connection }) });
  expect(said).toContain('Its answers are encrypted: start the console with --keyring.');
  expect(said).not.toContain('nobody else');
});
