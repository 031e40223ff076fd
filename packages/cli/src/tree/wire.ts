export type { ChildInfo, ChildStatus } from '@stateful-workflow/core';
