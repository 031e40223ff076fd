export { adapterGenerator, type AdapterGeneratorOptions } from './adapter/generator';
export { workflowGenerator, type WorkflowGeneratorOptions } from './workflow/generator';
