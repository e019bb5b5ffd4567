import { formatAgo, formatTime } from './format'

/** "3 h", with the whole local time and its zone on hover. `atS` 0: never. */
export function Ago({ atS, nowS }: { atS: number; nowS: number }) {
  if (atS <= 0) return <span className="t3">–</span>
  return (
    <time dateTime={new Date(atS * 1_000).toISOString()} title={formatTime(atS)}>
      {formatAgo(atS, nowS)}
    </time>
  )
}
