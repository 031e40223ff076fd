import type { EntityRef } from '../../src/contract/adapter';
import { CANCEL_REQUESTED, type ChildNotice, type ParentLink } from '../../src/contract/hierarchy';
import { defineSchema, type Fields, many } from '../../src/contract/schema';
import type { ChangeSet, CredentialReference, StartInput } from '../../src/contract/wire';
import { type CarriedHierarchy, Hierarchy, type Received } from '../../src/hierarchy/hierarchy';
import type { Ending, HierarchyHost } from '../../src/hierarchy/host';
import type { ManagedPaths } from '../../src/hierarchy/managed-path';
import { EntityState } from '../../src/state/entity-state';
import type { FakeTemporal, Sent } from './fake-temporal';

const schema = defineSchema({
  Desk: { relations: { tickets: many('Ticket') } },
  Ticket: { relations: { comments: many('Comment') } },
  Comment: {},
});

/** What a {@link FakeWorkflow} begins with. */
export interface FakeOptions {
  readonly managedPaths?: ManagedPaths;
  readonly input?: Partial<StartInput>;
  readonly carried?: CarriedHierarchy;
}

/** A workflow with nothing but a state and its place among others: without sources, cycles and handlers of a class. */
export class FakeWorkflow implements HierarchyHost {
  readonly schema = schema;
  readonly state: EntityState;
  readonly shield = { run: <T>(fn: () => Promise<T>): Promise<T> => fn() };
  readonly hierarchy: Hierarchy;
  apiUrl?: string;
  apiToken?: CredentialReference;
  /** What would have begun a cycle. */
  readonly triggers: string[] = [];
  readonly inbox = { add: (trigger: string): void => void this.triggers.push(trigger) };
  readonly refusals = { add: (_: string, error: unknown): never => this.fail(error) };
  isCancelRequested = false;

  constructor(
    readonly temporal: FakeTemporal,
    readonly workflowId: string,
    readonly root: EntityRef,
    { managedPaths, input, carried }: FakeOptions = {},
  ) {
    this.apiToken = input?.apiToken;
    this.state = new EntityState(root, schema, input?.state);
    const given = { id: root.id, ...input };
    this.hierarchy = new Hierarchy(this, managedPaths, given, carried, [], temporal.contextOf(workflowId));
    this.hierarchy.begin();
  }

  get ending(): Ending | undefined {
    return this.hierarchy.parents.ending;
  }

  get(name: string, id: string): Fields | undefined {
    return this.state.store.get(name, id);
  }

  /** Writes fields, as a client does. */
  write(name: string, id: string, fields: Fields): void {
    this.hierarchy.exchange.update({ entityName: name, updates: { [name]: { [id]: fields } } });
  }

  /** The status of each child, by its workflow id. */
  get statuses(): Record<string, string> {
    return Object.fromEntries(
      this.hierarchy.children.infos.map(({ workflowId, status }) => [workflowId, status]),
    );
  }

  /** Handles a signal, as the handlers of a workflow do. */
  receive({ signal, payload, envelope }: Sent): void {
    const { hierarchy } = this;
    switch (signal) {
      case 'parent':
        return hierarchy.adopt(payload as ParentLink);
      case 'child': {
        const notice = payload as ChildNotice;
        if (notice.status !== 'stranger') return hierarchy.children.noticed(notice);
        const { from, link = '' } = envelope;
        return void hierarchy.exchange.receive({ do: 'stranger', from, link });
      }
      case 'cancel':
        this.isCancelRequested = payload === CANCEL_REQUESTED;
        return hierarchy.letGo(envelope, 'cancelled');
      case 'status':
        return hierarchy.letGo(envelope, 'completed');
      case 'release':
        return hierarchy.letGo(envelope, undefined);
      case 'apiToken':
        return this.setApiToken(payload as CredentialReference);
      default:
        hierarchy.receive({ entityName: this.root.name, ...(payload as Partial<Received>) }, envelope);
    }
  }

  /** The run after this one, at continue-as-new. */
  next(options: FakeOptions): FakeWorkflow {
    const carried = JSON.parse(JSON.stringify(this.hierarchy.carry())) as CarriedHierarchy;
    const input = { state: this.state.store.entities };
    return new FakeWorkflow(this.temporal, this.workflowId, this.root, { ...options, input, carried });
  }

  setApiUrl(url: string): void {
    this.apiUrl = url;
    this.hierarchy.pass('apiUrl', url);
  }

  setApiToken(reference: CredentialReference): void {
    this.apiToken = reference;
    this.hierarchy.pass('apiToken', reference);
  }

  took(_: ChangeSet): void {}

  changed(_: ChangeSet, trigger: string): void {
    this.triggers.push(trigger);
  }

  supersede(): void {}

  show(): void {}

  fail(error: unknown): never {
    throw error;
  }
}
