import type { Pagination } from './pagination';

/** As much of a pagination as says which parameters it sets. */
type Parameters = Pick<Pagination, 'type'> & {
  readonly pageParam?: string;
  readonly sizeParam?: string;
  readonly offsetParam?: string;
  readonly limitParam?: string;
  readonly param?: string;
};

/** The parameters that a pagination sets. */
export function parametersOf(pagination: Parameters): readonly string[] {
  switch (pagination.type) {
    case 'page':
      return [pagination.pageParam ?? 'page', pagination.sizeParam ?? 'pageSize'];
    case 'offset':
      return [pagination.offsetParam ?? 'offset', pagination.limitParam ?? 'limit'];
    case 'cursor':
      return [pagination.param ?? 'cursor'];
    case 'next':
    case 'link':
    case 'custom':
      return [];
  }
}
