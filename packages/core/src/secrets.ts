export { holdsSecret } from './credentials/redact';
