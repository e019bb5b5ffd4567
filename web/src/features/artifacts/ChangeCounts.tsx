/** How many of each kind of change there are. */

import { cx } from '../../ui/cx'
import { formatCount } from '../../ui/format'

const TONES: Record<string, string> = { added: 'up', removed: 'down' }

/** A press shows that kind alone, and a second one all again. */
export function ChangeCounts<T extends string>({
  counts,
  same,
  only,
  onOnly,
}: {
  counts: readonly (readonly [T, number])[]
  same: number
  only: T | ''
  onOnly: (only: T | '') => void
}) {
  return (
    <div className="cmp-counts since">
      {counts.map(([kind, count]) => (
        <button
          key={kind}
          type="button"
          className={cx('btn ghost sm', only === kind && 'on')}
          aria-pressed={only === kind}
          onClick={() => onOnly(only === kind ? '' : kind)}
        >
          <b className={count > 0 ? TONES[kind] : undefined}>{formatCount(count)}</b> {kind}
        </button>
      ))}
      <span className="t3">{formatCount(same)} the same</span>
    </div>
  )
}
