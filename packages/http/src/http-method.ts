/** What a source may send: it reads. POST is for searches whose terms are in the body. */
export type HttpMethod = 'GET' | 'POST';
