export { createProject, type ProjectOptions } from './create-project';
export { main } from './main';
export { ProjectError } from './project-error';
