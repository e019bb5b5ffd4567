/** A section's panels on their grid: those near the screen alone, movable and resizable with the pointer. */

import { type CSSProperties, memo, useMemo, useRef } from 'react'
import type { DrawnRun, PanelSettings } from '../../panels/context'
import { titleOf } from '../../panels/registry'
import { cx } from '../../ui/cx'
import { useDesk } from './desk'
import { acrossCss, arrange, heightPx, type Placed, STACKED_PX, GAP_PX, topPx } from './grid'
import { panelSettings } from './panelSettings'
import { PanelSlot } from './PanelSlot'
import type { BuiltSection } from './sections'
import { useGridDrag } from './useGridDrag'
import { useWindow } from './useWindow'

export interface GridProps {
  section: BuiltSection
  runs: readonly DrawnRun[]
  settings: PanelSettings
  scroller: Element | null
  /** 1: every panel has the whole width. */
  perRow: number
  canArrange: boolean
}

export const PanelGrid = memo(function PanelGrid({ section, runs, settings, scroller, perRow, canArrange }: GridProps) {
  const desk = useDesk()
  const grid = useRef<HTMLDivElement>(null)
  const arrangement = useMemo(
    () => arrange(section.panels, perRow, !section.isOwn),
    [section.panels, perRow, section.isOwn],
  )
  const { drag, onPointerDown } = useGridDrag({ desk, grid, section, arrangement, perRow, scroller })
  const isStacked = perRow === 1
  const shown = drag?.arrangement ?? arrangement
  const stacked = useMemo(() => shown.placed.toSorted((a, b) => a.y - b.y || a.x - b.x), [shown])
  const height = isStacked ? stacked.length * (STACKED_PX + GAP_PX) - GAP_PX : heightPx(shown.rows)
  const [from, to] = useWindow(grid, scroller, height)
  const near: { item: Placed; style: CSSProperties }[] = []
  for (const [i, item] of stacked.entries()) {
    const top = isStacked ? i * (STACKED_PX + GAP_PX) : topPx(item.y)
    const tall = isStacked ? STACKED_PX : heightPx(item.h)
    const isDragged = drag?.id === item.panel.id
    if ((top + tall < from || top > to) && !isDragged) continue
    const across = isStacked ? { left: '0', width: '100%' } : acrossCss(item)
    near.push({ item, style: { ...across, top, height: tall } })
  }
  return (
    <div
      ref={grid}
      className={cx('panel-grid', drag !== null && 'arranging')}
      data-grid={section.id}
      style={{ height }}
      {...(canArrange ? { onPointerDown } : {})}
    >
      {drag?.kind === 'move' && drag.place && <div className="drop-place" style={placeStyle(drag.place)} />}
      {near.map(({ item, style }) => {
        const isMoved = drag?.kind === 'move' && drag.id === item.panel.id
        return (
          <div
            key={item.panel.id}
            className={cx('placed', isMoved && 'dragged')}
            style={isMoved ? { ...style, ...placeStyle(drag.start) } : style}
          >
            <PanelSlot panel={item.panel} runs={runs} settings={panelSettings(item.panel, settings)} />
            {canArrange && !isStacked && (
              <span
                className="resize"
                aria-hidden="true"
                title={`Resize ${titleOf(item.panel)} (Shift Alt and arrows)`}
              />
            )}
          </div>
        )
      })}
    </div>
  )
})

function placeStyle({ x, y, w, h }: Pick<Placed, 'x' | 'y' | 'w' | 'h'>): CSSProperties {
  return { ...acrossCss({ x, w }), top: topPx(y), height: heightPx(h) }
}
