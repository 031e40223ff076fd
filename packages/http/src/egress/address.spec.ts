import { describe, expect, it } from 'vitest';
import { type AddressKind, addressKind, inRanges, rangeProblem } from './address';

describe('addressKind', () => {
  it.each<[string, AddressKind]>([
    // The neighbours of what is refused.
    ['1.0.0.0', 'public'],
    ['9.255.255.255', 'public'],
    ['11.0.0.0', 'public'],
    ['100.63.255.255', 'public'],
    ['100.128.0.0', 'public'],
    ['126.255.255.255', 'public'],
    ['128.0.0.0', 'public'],
    ['169.253.255.255', 'public'],
    ['169.255.0.0', 'public'],
    ['172.15.255.255', 'public'],
    ['172.32.0.0', 'public'],
    ['192.167.255.255', 'public'],
    ['192.169.0.0', 'public'],
    ['198.17.255.255', 'public'],
    ['198.20.0.0', 'public'],
    ['223.255.255.255', 'public'],
    ['168.63.129.17', 'public'],
    ['2606:4700::1111', 'public'],
    ['2a00:1450:4001::1', 'public'],
    ['::ffff:8.8.8.8', 'public'],
    ['64:ff9b::808:808', 'public'],
    ['[2606:4700::1111]', 'public'],
    ['not an address', 'unreadable'],
    ['', 'unreadable'],
  ])('%s is %s', (address, kind) => expect(addressKind(address)).toBe(kind));
});

describe('inRanges', () => {
  it.each([
    ['10.1.2.3', ['10.1.0.0/16'], true],
    ['10.2.0.1', ['10.1.0.0/16'], false],
    ['::ffff:10.1.2.3', ['10.1.0.0/16'], true],
    ['10.1.2.3', ['10.1.2.3'], true],
    ['10.1.2.4', ['10.1.2.3', '10.1.2.5'], false],
    ['fd00::7', ['fd00::/8'], true],
    ['fd00::7', ['10.0.0.0/8'], false],
    ['fe80::1%eth0', ['fe80::1'], true],
  ])('%s in %j: %s', (address, ranges, is) => expect(inRanges(address, ranges)).toBe(is));
});

describe('rangeProblem', () => {
  it.each(['10.0.0.1', '10.0.0.0/8', '::1', 'fd00::/8'])('has nothing against %s', (range) =>
    expect(rangeProblem(range)).toBeUndefined(),
  );
  it.each(['', 'crm.example.com', '10.0.0.0/33', '10.0.0.0-10.0.0.9', '*'])('refuses %j', (range) =>
    expect(rangeProblem(range)).toContain('10.1.0.0/16'),
  );
});
