import type { StatefulHandle } from '@stateful-workflow/core/client';

/** One child, as its parent answers the query `children`. */
export type ChildInfo = Awaited<ReturnType<StatefulHandle['children']>>[number];

/** How a child is doing, as far as its parent knows. */
export type ChildStatus = ChildInfo['status'];
