/** One panel over the whole area. Arrows go to its neighbours, Escape back to the page. */

import { type ReactNode, useEffect, useRef } from 'react'
import type { DrawnRun, PanelSettings } from '../../panels/context'
import { kindOf, type Panel, titleOf } from '../../panels/registry'
import { Button, IconButton } from '../../ui/Button'
import { Message } from '../../ui/states'
import { useCover } from '../../ui/useCover'
import { useFocusBack } from '../../ui/useFocusBack'
import { withChanges } from './actions'
import { useDesk } from './desk'
import { UnknownPanel, useIntents } from './PanelSlot'

export function FullPanel({
  panel,
  runs,
  settings,
  place,
  count,
}: {
  panel: Panel
  runs: readonly DrawnRun[]
  settings: PanelSettings
  /** Where it stands among the panels that arrows walk. */
  place: number
  count: number
}) {
  const desk = useDesk()
  const intents = useIntents(panel.id)
  const kind = kindOf(panel)
  const { id } = panel
  return (
    <Full id={id} label={`${titleOf(panel)} in full screen`}>
      {kind ? (
        <kind.View key={id} panel={panel} runs={runs} settings={settings} isNear isFull intents={intents} />
      ) : (
        <UnknownPanel panel={panel} intents={intents} />
      )}
      {count > 1 && (
        <div className="full-walk">
          <IconButton icon="chev-l" label="Previous panel" keys="[" onClick={() => walkPanels(desk, -1)} />
          <span className="hint" aria-live="polite">
            {place + 1} of {count}
          </span>
          <IconButton icon="chev-r" label="Next panel" keys="]" onClick={() => walkPanels(desk, 1)} />
        </div>
      )}
    </Full>
  )
}

/** In place of a panel that the address names and that is not there. */
export function LostPanel({ id }: { id: string }) {
  const desk = useDesk()
  return (
    <Full id={id} label="This panel is not here">
      <Message
        icon="chart"
        title="This panel is not here"
        actions={
          <Button icon="arrow" onClick={() => desk.store.look(look => withChanges(look, { panel: undefined }))}>
            Show all panels
          </Button>
        }
      >
        <span>
          The address names the panel <code>{id}</code>. It was removed, or no run has logged its metric yet.
        </span>
      </Message>
    </Full>
  )
}

/** The area: the keyboard is in it and nowhere behind it. */
function Full({ id, label, children }: { id: string; label: string; children: ReactNode }) {
  const desk = useDesk()
  const area = useRef<HTMLDivElement>(null)
  useCover(area)
  const giveBack = useRef(useFocusBack())
  useEffect(() => {
    const { current } = giveBack
    return () => current(new Event('close'))
  }, [])
  useEffect(() => {
    // What lies behind must not take the keys.
    ;(area.current?.querySelector<HTMLElement>('.chart, .kpi') ?? area.current)?.focus()
  }, [id])
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      // Menus, dialogs and drawers over the panel answer Escape first.
      if (event.key !== 'Escape' || event.defaultPrevented || document.querySelector('[role=dialog],[role=menu]'))
        return
      // One Escape does one thing: what is selected behind stays.
      event.preventDefault()
      desk.store.change(view => withChanges(view, { panel: undefined, region: undefined }))
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [desk])
  return (
    <div className="panel-full" ref={area} tabIndex={-1} data-panel={id} role="region" aria-label={label}>
      {children}
    </div>
  )
}

/** From the panel in full screen to its neighbour in reading order. */
export function walkPanels(desk: ReturnType<typeof useDesk>, by: 1 | -1): void {
  const { look } = desk.store.state.getState()
  const panels = desk.inOrder()
  const at = panels.findIndex(panel => panel.id === look.panel)
  if (at < 0) return
  const next = panels[(at + by + panels.length) % panels.length]
  if (next) desk.store.change(view => withChanges(view, { panel: next.id, region: undefined }), { replace: true })
}
