/** Why no project was written: what is wrong, and what to do. Nothing was written. */
export class ProjectError extends Error {
  override readonly name = 'ProjectError';
}
