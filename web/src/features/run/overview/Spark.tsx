/** Small pictures in SVG: a line, an area with its limit, rows of cells. Decoration to the number beside them. */
/* oxlint-disable react/no-array-index-key -- what stands in order has no other name than its place */
import { useId } from 'react'

interface Line {
  x: ArrayLike<number>
  y: ArrayLike<number>
}

function pathOf(
  { x, y }: Line,
  box: { x: [number, number]; y: [number, number] },
  width: number,
  height: number,
): string {
  const [x0, x1] = box.x
  const [y0, y1] = box.y
  let path = ''
  let isOpen = false
  for (let i = 0; i < y.length; i++) {
    const value = y[i] as number
    if (!Number.isFinite(value)) {
      isOpen = false
      continue
    }
    const px = (((x[i] as number) - x0) / (x1 - x0 || 1)) * width
    const py = height - ((value - y0) / (y1 - y0 || 1)) * height
    path += `${isOpen ? 'L' : 'M'}${px.toFixed(1)} ${py.toFixed(1)}`
    isOpen = true
  }
  return path
}

export function boundsOf(values: ArrayLike<number>): [number, number] {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number
    if (!Number.isFinite(value)) continue
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  if (low > high) return [0, 1]
  return low === high ? [low - 0.5, high + 0.5] : [low, high]
}

export function Spark({
  line,
  colour = 'var(--text-3)',
  isArea,
  width = 1.2,
}: {
  line: Line | undefined
  colour?: string
  isArea?: boolean
  width?: number
}) {
  const [w, h] = [100, 30]
  if (!line || line.y.length === 0) return <svg className="spark" aria-hidden="true" />
  const box = { x: boundsOf(line.x), y: boundsOf(line.y) }
  const path = pathOf(line, box, w, h)
  const from = path.slice(1).split(' ')[0]
  const last = path.slice(path.lastIndexOf('L') + 1).split(' ')
  return (
    <svg className="spark" viewBox={`0 -3 ${w} ${h + 6}`} preserveAspectRatio="none" aria-hidden="true">
      {isArea && <path d={`${path}L${last[0]} ${h + 3}L${from} ${h + 3}Z`} fill={colour} opacity=".1" stroke="none" />}
      <path
        d={path}
        fill="none"
        stroke={colour}
        strokeWidth={width}
        vectorEffect="non-scaling-stroke"
        strokeLinejoin="round"
      />
    </svg>
  )
}

/** Several thin lines on one scale, with the limit above them. */
export function Tiny({ lines, top, limit }: { lines: readonly Line[]; top: number; limit?: number | undefined }) {
  const [w, h] = [200, 66]
  const x: [number, number] = boundsOf(
    lines.flatMap(line => [line.x[0] as number, line.x[line.x.length - 1] as number]),
  )
  const box = { x, y: [0, top] as [number, number] }
  const limitY = limit === undefined ? 0 : h - (limit / (top || 1)) * h
  return (
    <svg className="tiny" viewBox={`0 0 ${w} ${h}`} preserveAspectRatio="none" aria-hidden="true">
      <path d={`M0 ${h / 2}H${w}`} stroke="var(--chart-grid)" vectorEffect="non-scaling-stroke" />
      <path d={`M0 ${h - 0.5}H${w}`} stroke="var(--chart-axis)" vectorEffect="non-scaling-stroke" />
      {lines.map((line, i) => (
        <path
          key={i}
          d={pathOf(line, box, w, h)}
          fill="none"
          stroke="var(--run-16)"
          opacity={lines.length > 1 ? 0.6 : 1}
          strokeWidth={lines.length > 1 ? 1 : 1.4}
          vectorEffect="non-scaling-stroke"
        />
      ))}
      {limit !== undefined && (
        <path d={`M0 ${limitY}H${w}`} stroke="var(--line-4)" strokeDasharray="3 3" vectorEffect="non-scaling-stroke" />
      )}
    </svg>
  )
}

/** A row a device, a cell a while: the more it idled, the darker. */
export function IdleCells({ rows, cells = 60 }: { rows: readonly { name: string; line: Line }[]; cells?: number }) {
  const id = useId()
  const [w, h] = [200, 66]
  const x = boundsOf(rows.flatMap(row => [row.line.x[0] as number, row.line.x[row.line.x.length - 1] as number]))
  const tall = h / rows.length
  return (
    <svg className="cells" viewBox={`0 0 ${w} ${h}`} preserveAspectRatio="none" aria-hidden="true">
      {rows.map((row, r) => {
        const sums = Array.from({ length: cells }, () => [0, 0] as [number, number])
        for (let i = 0; i < row.line.y.length; i++) {
          const at = Math.min(cells - 1, Math.floor((((row.line.x[i] as number) - x[0]) / (x[1] - x[0] || 1)) * cells))
          const cell = sums[at] as [number, number]
          cell[0] += row.line.y[i] as number
          cell[1]++
        }
        return sums.map(([sum, count], c) => {
          if (count === 0) return null
          const idle = 100 - sum / count
          return (
            <rect
              key={`${id}${r}-${c}`}
              x={(c * w) / cells}
              y={r * tall}
              width={w / cells - 0.6}
              height={Math.max(1, tall - 1)}
              fill={idle < 14 ? 'var(--fill-2)' : 'var(--seq-6)'}
              opacity={idle < 14 ? 1 : 0.3 + (idle / 100) * 0.7}
            />
          )
        })
      })}
    </svg>
  )
}
