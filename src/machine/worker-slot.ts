import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { addressOf, listMembers, listUnfinished, stateOf, type MemberFile } from './member-file';
import type { MemberSocket } from './member-socket';

/** How long those wait at most that want the same slot, before they look again. */
const BACK_OFF_MS = 20;

/** How often the first of several rivals checks whether the others have left, before it gives up the slot itself. */
const LOOKS = 10;

/**
 * Takes the lowest slot that no living process has, and cleans up behind those that have ended.
 *
 * A process publishes its name in the slot first, then looks who else is there. It owns the slot once it sees itself alone. Of two
 * rivals at least the later one sees the other, so no slot ever has two owners, and there is no lock that a crash could leave
 * behind. Of rivals that see each other the first by name stays, and the others try again.
 */
export async function takeSlot(directory: string, socket: MemberSocket): Promise<number> {
  await removeUnfinished(directory);
  const known = new Set<string>();
  for (;;) {
    const slot = lowestFree(await livingMembers(directory, known));
    socket.publish(slot);
    if (await isLeftAlone(directory, slot, socket)) return slot;
    socket.hide();
    await backOff();
  }
}

async function isLeftAlone(directory: string, slot: number, socket: MemberSocket): Promise<boolean> {
  for (let look = 0; look < LOOKS; look += 1) {
    const owners = listMembers(directory).filter((member) => member.slot === slot);
    const names = owners.map(({ name }) => name).sort();
    if (!socket.isNamed(names[0]!)) return false;
    if (names.length === 1) return true;
    await backOff();
    await livingMembers(directory, new Set());
  }
  return false;
}

function backOff(): Promise<void> {
  return setTimeout(Math.random() * BACK_OFF_MS);
}

function lowestFree(members: readonly MemberFile[]): number {
  const taken = new Set(members.map(({ slot }) => slot));
  let slot = 0;
  while (taken.has(slot)) slot += 1;
  return slot;
}

/** @param known members that were found alive a moment ago and are not checked again; new ones are added */
async function livingMembers(directory: string, known: Set<string>): Promise<MemberFile[]> {
  const members = listMembers(directory);
  const strangers = members.filter(({ token }) => !known.has(token));
  await Promise.all(strangers.map((member) => meet(directory, member, known)));
  return members.filter(({ token }) => known.has(token));
}

async function meet(directory: string, { name, token }: MemberFile, known: Set<string>): Promise<void> {
  const state = await stateOf(addressOf(directory, name, token));
  if (state === 'alive') known.add(token);
  if (state === 'ended') removeMember(directory, name);
}

async function removeUnfinished(directory: string): Promise<void> {
  for (const name of listUnfinished(directory)) {
    const state = await stateOf(addressOf(directory, name, name.slice(1)));
    if (state === 'ended') removeMember(directory, name);
  }
}

/** A process that has ended keeps its name in the directory. */
export function removeMember(directory: string, name: string): void {
  rmSync(join(directory, name), { force: true });
}
