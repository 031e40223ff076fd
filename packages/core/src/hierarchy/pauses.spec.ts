import { describe, expect, it } from 'vitest';
import { Pauses } from './pauses';

describe('Pauses', () => {
  it('pause while somebody wants it', () => {
    const pauses = new Pauses();
    expect(pauses.isPaused).toBe(false);
    pauses.set(true, 'Desk-1');
    pauses.set(true, 'Desk-2');
    pauses.set(false, 'Desk-1');
    expect(pauses.isPaused).toBe(true);
    pauses.set(false, 'Desk-2');
    expect(pauses.isPaused).toBe(false);
  });

  it('are ended by whom they came from only', () => {
    const pauses = new Pauses();
    pauses.set(true);
    pauses.set(false, 'Desk-1');
    expect(pauses.isPaused).toBe(true);
  });

  it('are all ended by a client', () => {
    const pauses = new Pauses({ byClient: true, byParents: ['Desk-1'] });
    pauses.set(false);
    expect(pauses.isPaused).toBe(false);
  });

  it('go through continue-as-new', () => {
    const pauses = new Pauses();
    pauses.set(true, 'Desk-1');
    const next = new Pauses(pauses.carry());
    expect(next.isPaused).toBe(true);
    next.set(false, 'Desk-1');
    expect(next.isPaused).toBe(false);
  });
});
