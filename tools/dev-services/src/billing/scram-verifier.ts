import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';

const iterations = 4_096;
const keyLength = 32;

/**
 * What Postgres keeps of a password: enough to check it, too little to know it. `ALTER ROLE … PASSWORD` takes a
 * verifier as well, and then the password is in no statement, so that no log and no list of running statements has it.
 *
 * @param password in ASCII: other characters would have to be normalized first
 */
export function scramVerifier(password: string): string {
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, iterations, keyLength, 'sha256');
  const keyOf = (name: string): Buffer => createHmac('sha256', salted).update(name).digest();
  const stored = createHash('sha256').update(keyOf('Client Key')).digest('base64');
  const server = keyOf('Server Key').toString('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${stored}:${server}`;
}
