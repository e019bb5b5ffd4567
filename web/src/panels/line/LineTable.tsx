/** The table behind a line panel: what is drawn, in words and numbers. */

import { formatCount, formatExact, formatValue } from '../../charts/number'
import { formatX } from '../../charts/ticks'
import { Button } from '../../ui/Button'
import { Dialog } from '../../ui/Dialog'
import type { Prepared } from './prepare'

export function LineTable({
  title,
  prepared,
  onClose,
  onCsv,
}: {
  title: string
  prepared: Prepared
  onClose: () => void
  onCsv: () => void
}) {
  const { pictures, rows, summary } = prepared
  const [{ model }] = pictures as [Prepared['pictures'][number]]
  return (
    <Dialog isOpen onClose={onClose} title={title} description={summary} className="line-table">
      <div className="line-table-b">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Run</th>
              <th scope="col" className="num">
                Last
              </th>
              <th scope="col" className="num">
                {model.xTitle}
              </th>
              <th scope="col" className="num">
                Lowest
              </th>
              <th scope="col" className="num">
                Highest
              </th>
              <th scope="col" className="num">
                Points
              </th>
              <th scope="col" className="num">
                Not finite
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(row => (
              <tr key={row.id}>
                <td className="b">{row.name}</td>
                <td className="num" title={formatExact(row.last)}>
                  {formatValue(row.last)}
                </td>
                <td className="num">{`${row.isLastLater ? '≥ ' : ''}${formatX(model.axis, row.lastX)}`}</td>
                <td className="num">{Number.isFinite(row.min) ? formatValue(row.min) : '–'}</td>
                <td className="num">{Number.isFinite(row.max) ? formatValue(row.max) : '–'}</td>
                <td className="num">{formatCount(row.pointCount)}</td>
                <td className="num">{formatCount(row.oddCount)}</td>
              </tr>
            ))}
          </tbody>
        </table>
        {model.happenings.length > 0 && (
          <table className="table" aria-label="Marks on the axis">
            <thead>
              <tr>
                <th scope="col">What happened</th>
                <th scope="col" className="num">
                  {model.xTitle}
                </th>
              </tr>
            </thead>
            <tbody>
              {model.happenings
                .toSorted((a, b) => a.x - b.x)
                .map(({ x, text }, i) => (
                  // Two of one kind may stand at one place.
                  // oxlint-disable-next-line react/no-array-index-key
                  <tr key={i}>
                    <td className="b">{text}</td>
                    <td className="num">{formatX(model.axis, x)}</td>
                  </tr>
                ))}
            </tbody>
          </table>
        )}
      </div>
      <div className="acts row right">
        <Button icon="download" onClick={onCsv}>
          Save every point drawn as CSV
        </Button>
        <Button kind="primary" onClick={onClose}>
          Close
        </Button>
      </div>
    </Dialog>
  )
}
