import assert from 'node:assert/strict';
import type { AdapterCapabilities, Page } from '@stateful-workflow/core';
import type { Attempt } from './attempt';

/** What is true of every load, whatever it is of. @throws AssertionError for the first rule that is broken */
export function checkRules<Cursor>(
  { pages, heartbeats, failure }: Attempt<Cursor>,
  capabilities: AdapterCapabilities,
): void {
  if (failure === undefined) assert.ok(pages.length > 0, 'a load that goes well gives at least one page');
  for (const [index, page] of pages.entries()) {
    checkPage(page, `page ${index + 1}`, capabilities);
    const isLast = failure === undefined && index === pages.length - 1;
    if (!isLast) assert.equal(page.complete, false, `page ${index + 1} is complete and not the last`);
  }
  if (pages.some(({ partialErrors = [] }) => partialErrors.length > 0))
    assert.ok(!pages.at(-1)?.complete, 'a load with partial errors is not complete');
  for (const progress of heartbeats) checkJson(progress, 'a heartbeat');
}

function checkPage<Cursor>(page: Page<Cursor>, name: string, capabilities: AdapterCapabilities): void {
  const { records, deletes = [], removed = [], cursor, validators, unchanged, complete } = page;
  const { partialErrors = [], drifts } = page;
  const isDeleting = deletes.length > 0 || removed.length > 0;
  assert.equal(typeof complete, 'boolean', `${name} says whether it is complete`);
  assert.ok(Array.isArray(records), `${name} has an array of records`);
  if (drifts !== undefined) assert.ok(complete, `${name} says that its list drifts and is no complete sweep`);
  checkJson([records, removed], `the records of ${name}`);
  if (unchanged) {
    assert.equal(capabilities.validators, true, `${name} is "unchanged" without the capability validators`);
    assert.equal(records.length, 0, `${name} is "unchanged" and has records`);
  }
  if (validators !== undefined) {
    assert.equal(capabilities.validators, true, `${name} has validators without the capability`);
    checkJson(validators, `the validators of ${name}`);
  }
  if (cursor !== undefined) {
    assert.equal(capabilities.incremental, true, `${name} has a cursor without the capability incremental`);
    checkJson(cursor, `the cursor of ${name}`);
  }
  if (isDeleting)
    assert.equal(capabilities.deletes, 'explicit', `${name} has deletes without the capability`);
  if (partialErrors.length > 0) {
    assert.equal(cursor, undefined, `${name} has partial errors and moves the cursor`);
    assert.equal(complete, false, `${name} has partial errors and is complete`);
    assert.ok(!isDeleting, `${name} has partial errors and deletes`);
  }
}

/** What a page holds goes through Temporal as JSON, and has to come out as it went in. */
function checkJson(value: unknown, name: string): void {
  assert.deepEqual(dropUndefined(value), JSON.parse(JSON.stringify(value)), `${name} is plain JSON`);
}

/** JSON leaves out fields that are `undefined`, and that is no difference. Prototypes are one. */
function dropUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(dropUndefined);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(fields.map(([key, field]) => [key, dropUndefined(field)]));
}
