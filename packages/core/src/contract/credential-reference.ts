/** A string that names a secret (`secret:NAME`) or carries a sealed one (`sealed:…`); never the secret. */
export type CredentialReference = `secret:${string}` | `sealed:${string}`;
