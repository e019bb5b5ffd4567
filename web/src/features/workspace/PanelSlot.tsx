/** A panel in its place: drawn by its kind while it is near the screen, with what it may ask of the page. */

import { memo, useEffect, useMemo, useRef, useState } from 'react'
import { useStore } from 'zustand'
import type { DrawnRun, PanelSettings } from '../../panels/context'
import { useNear } from '../../panels/near'
import { kindOf, type Panel, type PanelIntents, titleOf } from '../../panels/registry'
import { IconButton } from '../../ui/Button'
import { cx } from '../../ui/cx'
import { Icon } from '../../ui/icons'
import { Menu, MenuItem } from '../../ui/Menu'
import { zoomTo, setBrush, withChanges } from './actions'
import { type Desk, useDesk } from './desk'
import { changePanel, duplicatePanel, removePanels } from './edits'

export interface SlotProps {
  panel: Panel
  runs: readonly DrawnRun[]
  settings: PanelSettings
}

export function intentsOf(desk: Desk, id: string): PanelIntents {
  const { store } = desk
  const title = (): string => {
    const panel = desk.panel(id)
    return panel ? titleOf(panel) : 'panel'
  }
  return {
    onFull: () =>
      store.change(view => withChanges(view, { panel: view.panel === id ? undefined : id, region: undefined })),
    onZoom: (zoom, options) => store.change(view => zoomTo(view, zoom), options),
    onZoomReset: () => store.change(view => zoomTo(view, null)),
    onStep: (step, options) => store.change(view => withChanges(view, { step: step ?? undefined }), options),
    onChange: (fields, options) =>
      desk.edit(`settings of ${title()}`, spec => changePanel(spec, desk.built, id, fields), options),
    onEdit: () => desk.ui.setState({ drawer: { of: 'panel', id } }),
    onBrush: (condition, options) => store.change(view => setBrush(view, id, condition), options),
    onOpenRun: desk.openRun,
    onDuplicate: () => desk.edit(`copy of ${title()}`, spec => duplicatePanel(spec, desk.built, id)[0]),
    onRemove: () =>
      desk.editAndSay(`remove ${title()}`, `Removed ${title()}`, spec => removePanels(spec, desk.built, [id])),
  }
}

export function useIntents(id: string): PanelIntents {
  const desk = useDesk()
  return useMemo(() => intentsOf(desk, id), [desk, id])
}

export const PanelSlot = memo(function PanelSlot({ panel, runs, settings }: SlotProps) {
  const desk = useDesk()
  const place = useRef<HTMLDivElement>(null)
  const [scroller, setScroller] = useState<Element | null>(null)
  useEffect(() => setScroller(place.current?.closest('.panels') ?? null), [])
  const isNear = useNear(place, scroller)
  const intents = useIntents(panel.id)
  const isSelected = useStore(desk.ui, state => state.selected.has(panel.id))
  const kind = kindOf(panel)
  return (
    <div
      className={cx('panel-slot', isSelected && 'selected')}
      ref={place}
      data-panel={panel.id}
      {...(isSelected ? { 'aria-description': 'Selected' } : {})}
    >
      {kind ? (
        <kind.View panel={panel} runs={runs} settings={settings} isNear={isNear} isFull={false} intents={intents} />
      ) : (
        <UnknownPanel panel={panel} intents={intents} />
      )}
    </div>
  )
})

/** A panel of a kind that this version does not have. It is kept as it is. */
export function UnknownPanel({ panel, intents }: { panel: Panel; intents: PanelIntents }) {
  const title = titleOf(panel)
  return (
    <section className="panel" aria-label={title}>
      <header className="panel-h">
        <h3 className="title cut">{title}</h3>
        <span className="tools">
          <Menu align="end" label={title} trigger={<IconButton small icon="more" label={`More about ${title}`} />}>
            <MenuItem icon="trash" isDanger onSelect={intents.onRemove}>
              Remove panel
            </MenuItem>
          </Menu>
        </span>
      </header>
      <div className="panel-b panel-note">
        <span className="hint">
          <Icon name="help" size={14} /> This version does not draw panels of kind “{panel.kind}”. The panel is kept and
          saved as it is; a newer version shows it.
        </span>
      </div>
    </section>
  )
}
