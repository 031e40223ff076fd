import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

/** How many rows more than can be seen are there, above and below. */
const SPARE = 8;

/** Shows of many rows of one height those that can be seen; the page itself scrolls. */
export function VirtualRows({
  count,
  height,
  row,
}: {
  readonly count: number;
  /** Of a row, in pixels. */
  readonly height: number;
  /** @param index from 0 @param top where it stands, in pixels */
  readonly row: (index: number, top: number) => ComponentChildren;
}) {
  const box = useRef<HTMLDivElement>(null);
  const [range, setRange] = useState<readonly [number, number]>([0, 40]);
  const look = (): void => {
    const top = box.current?.getBoundingClientRect().top ?? 0;
    const first = Math.max(0, Math.floor(-top / height) - SPARE);
    const last = Math.min(count, Math.ceil((innerHeight - top) / height) + SPARE);
    setRange((before) => (before[0] === first && before[1] === last ? before : [first, last]));
  };
  useLayoutEffect(look, [count, height]);
  useEffect(() => {
    addEventListener('scroll', look, { passive: true });
    addEventListener('resize', look);
    return () => {
      removeEventListener('scroll', look);
      removeEventListener('resize', look);
    };
  }, [count, height]);
  const [first, last] = range;
  const shown = Array.from({ length: Math.max(0, Math.min(last, count) - first) }, (_, i) => first + i);
  return (
    <div ref={box} class="virtual" role="rowgroup" style={{ height: `${count * height}px` }}>
      {shown.map((index) => row(index, index * height))}
    </div>
  );
}

/** Whether the page is as narrow as a phone. */
export function useNarrow(): boolean {
  const media = matchMedia('(max-width: 760px)');
  const [narrow, setNarrow] = useState(media.matches);
  useEffect(() => {
    const look = (): void => setNarrow(media.matches);
    media.addEventListener('change', look);
    return () => media.removeEventListener('change', look);
  }, []);
  return narrow;
}
