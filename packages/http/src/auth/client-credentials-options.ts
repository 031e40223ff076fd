/** How tokens are got by OAuth 2.0 client credentials (RFC 6749, section 4.4). */
export interface ClientCredentialsOptions {
  /** The token endpoint. Its origin has to be registered, and the credential bound to it. */
  readonly tokenUrl: string;
  /**
   * The client's id; needed for `private_key_jwt`. What is in the credential is concealed, the id as well: give it here
   * if records hold it.
   * @default the credential is `id:secret`
   */
  readonly clientId?: string;
  /** What the token may be used for, as the API names it. */
  readonly scope?: string;
  /** Whom the token is for, where the endpoint wants it. */
  readonly audience?: string;
  /**
   * How the client proves to the token endpoint who it is: with its secret in a header, form-encoded as RFC 6749 has
   * it; with id and secret in the body; or with an assertion that is signed by its private key (RFC 7523), which is the
   * credential then, as PEM: RSA, or EC on a NIST curve.
   * @default 'basic'
   */
  readonly clientAuth?: 'basic' | 'body' | 'private_key_jwt';
  /** Names the private key to the endpoint, as `kid`. @default the endpoint tries what it has */
  readonly keyId?: string;
  /** What the endpoint calls itself, where it wants that as the audience of an assertion. @default `tokenUrl` */
  readonly assertionAudience?: string;
}
