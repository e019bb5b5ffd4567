/** What can be done with panels and the view, in the one action table: palette, shortcut sheet and keys read it there. */

import { useEffect } from 'react'
import { useStore } from 'zustand'
import { useActions } from '../../ui/actions'
import { useLive } from '../../data/live/useLive'
import { titleOf } from '../../panels/registry'
import { isUndoOffered } from '../../ui/toasts'
import { withChanges } from './actions'
import { type Desk, focusedPanel } from './desk'
import { duplicatePanel, foldAll, setMode, setPlaces, startManual } from './edits'
import { walkPanels } from './FullPanel'
import { arrange, perRowOf, stepped } from './grid'
import { sectionSettings } from './panelSettings'
import { flatSections } from './sections'
import { removeChosen } from './SelectionBar'
import { focusSearch } from './SearchInput'
import { redoEdit, undoEdit, watchEdits } from './undo'
import { modeOf, ownSections } from './view'

const ARROWS = {
  left: [-1, 0],
  right: [1, 0],
  up: [0, -1],
  down: [0, 1],
} as const

export function usePanelActions(desk: Desk): void {
  const { store } = desk
  const { status, pause } = useLive()
  const isArranged = useStore(store.state, state => state.history.done.length > 0)
  useEffect(() => watchEdits(desk), [desk])
  useActions(() => {
    const group = 'Panels'
    const hasPanel = (): boolean => focusedPanel() !== null
    const isFull = (): boolean => store.state.getState().look.panel !== undefined
    const spec = () => store.state.getState().spec
    /** Keys that a panel itself answers, wherever in it the keyboard is. */
    const inPanel = (name: string, label: string, keys: string) => ({
      name: `panels.${name}`,
      label,
      group,
      keys,
      when: hasPanel,
      perform: () => pressIn(focusedPanel() ?? '', keys),
    })
    return [
      { name: 'panels.find', label: 'Find panels', group, icon: 'search', keys: 'p', perform: () => focusSearch('p') },
      {
        name: 'panels.add',
        label: 'Add panel',
        group,
        icon: 'plus',
        keys: 'a',
        words: 'new chart metric create',
        perform: () => desk.ui.setState({ adding: { section: null } }),
      },
      {
        name: 'panels.settings',
        label: 'Settings of the panel',
        group,
        icon: 'settings',
        keys: 's',
        when: hasPanel,
        perform: () => desk.ui.setState({ drawer: { of: 'panel', id: focusedPanel() ?? '' } }),
      },
      inPanel('table', 'Table of what is drawn', 't'),
      inPanel('code', 'Copy as code', 'c'),
      inPanel('log', 'Logarithmic y axis', 'l'),
      {
        name: 'panels.full',
        label: 'Full screen',
        group,
        icon: 'expand',
        keys: 'f',
        when: () => hasPanel() || isFull(),
        perform: () => {
          const id = focusedPanel()
          store.change(view => withChanges(view, { panel: view.panel === undefined && id !== null ? id : undefined }))
        },
      },
      {
        name: 'panels.next',
        label: 'Next panel in full screen',
        group,
        icon: 'chev-r',
        keys: [']', 'arrowright', 'arrowdown'],
        when: isFull,
        perform: () => walkPanels(desk, 1),
      },
      {
        name: 'panels.previous',
        label: 'Previous panel in full screen',
        group,
        icon: 'chev-l',
        keys: ['[', 'arrowleft', 'arrowup'],
        when: isFull,
        perform: () => walkPanels(desk, -1),
      },
      {
        name: 'panels.reset-zoom',
        label: 'Reset zoom',
        group,
        icon: 'fit',
        keys: '0',
        perform: () => store.change(view => withChanges(view, { zoom: undefined })),
      },
      {
        name: 'panels.select',
        label: 'Select the panel',
        group,
        keys: 'shift+x',
        when: hasPanel,
        perform: () => desk.toggleSelected(focusedPanel() ?? ''),
      },
      {
        name: 'panels.clear',
        label: 'Clear the selection of panels',
        group,
        keys: 'escape',
        isHidden: true,
        when: () => desk.ui.getState().selected.size > 0 && !isFull(),
        perform: () => desk.clearSelected(),
      },
      {
        name: 'panels.duplicate',
        label: 'Duplicate the panel',
        group,
        icon: 'copy',
        keys: 'shift+d',
        when: hasPanel,
        perform: () => {
          const id = focusedPanel() ?? ''
          const panel = desk.panel(id)
          if (panel) desk.edit(`copy of ${titleOf(panel)}`, spec => duplicatePanel(spec, desk.built, id)[0])
        },
      },
      {
        name: 'panels.remove',
        label: 'Remove the panel',
        group,
        icon: 'trash',
        keys: 'delete',
        when: () => desk.chosen().length > 0,
        perform: () => removeChosen(desk, desk.chosen()),
      },
      ...(Object.entries(ARROWS) as [keyof typeof ARROWS, readonly [number, number]][]).flatMap(([name, by]) => [
        {
          name: `panels.move-${name}`,
          label: `Move the panel ${name}`,
          group: 'Arranging',
          keys: `alt+arrow${name}`,
          when: () => hasPanel() && !isFull(),
          perform: () => stepPanel(desk, by, false),
        },
        {
          name: `panels.size-${name}`,
          label: { left: 'Narrower', right: 'Wider', up: 'Lower', down: 'Taller' }[name],
          group: 'Arranging',
          keys: `alt+shift+arrow${name}`,
          when: () => hasPanel() && !isFull(),
          perform: () => stepPanel(desk, by, true),
        },
      ]),
      {
        name: 'panels.page-settings',
        label: 'Settings of all panels',
        group,
        icon: 'settings',
        keys: 'shift+s',
        words: 'smoothing outliers columns sections depth automatic manual',
        perform: () => desk.ui.setState({ drawer: { of: 'page' } }),
      },
      {
        name: 'panels.fold-all',
        label: 'Fold all sections',
        group: 'Arranging',
        icon: 'chev-r',
        keys: 'shift+[',
        perform: () => {
          const sections = flatSections(desk.built.sections)
          desk.edit('fold all sections', now => foldAll(now, sections, true))
        },
      },
      {
        name: 'panels.open-all',
        label: 'Open all sections',
        group: 'Arranging',
        icon: 'chev-d',
        keys: 'shift+]',
        perform: () => {
          const sections = flatSections(desk.built.sections)
          desk.edit('open all sections', now => foldAll(now, sections, false))
        },
      },
      {
        name: 'panels.mode',
        label: modeOf(spec()) === 'manual' ? 'Show the automatic workspace' : 'Show the manual workspace',
        group: 'Arranging',
        icon: 'workspace',
        words: 'automatic manual switch',
        perform: () =>
          desk.edit('kind of workspace', now => {
            if (modeOf(now) === 'manual') return setMode(now, 'automatic')
            const isEmpty = ownSections({ ...now, mode: 'manual' }).length === 0
            return isEmpty ? startManual(now, desk.built) : setMode(now, 'manual')
          }),
      },
      {
        // The toasts' own undo is of the same name: it comes first while one of them offers it.
        name: 'undo',
        label: 'Undo',
        group: 'Anywhere',
        icon: 'undo',
        keys: 'mod+z',
        when: () => !isUndoOffered() && store.state.getState().history.done.length > 0,
        perform: () => undoEdit(desk),
      },
      {
        name: 'view.redo',
        label: 'Redo',
        group: 'Anywhere',
        icon: 'redo',
        keys: ['mod+shift+z', 'mod+y'],
        when: () => store.state.getState().history.undone.length > 0,
        perform: () => redoEdit(desk),
      },
      {
        name: 'live.pause',
        label: status === 'paused' ? 'Go on live' : 'Pause live updates',
        group: 'Anywhere',
        icon: status === 'paused' ? 'play' : 'pause',
        keys: 'shift+p',
        words: 'live stop freeze',
        perform: () => pause(status !== 'paused'),
      },
    ]
    // `isArranged` renews the entries whose labels say what is next.
    // oxlint-disable-next-line react/exhaustive-deps, react/exhaustive-effect-dependencies
  }, [desk, store, status, pause, isArranged])
}

/** Hands a key to the panel's own picture. */
function pressIn(panel: string, key: string): void {
  const place = document.querySelector(`[data-panel="${CSS.escape(panel)}"]`)
  const target = place?.querySelector('.chart') ?? place?.querySelector('.panel')
  target?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))
}

/** Moves or resizes the focused panel by one place of its grid. */
function stepPanel(desk: Desk, by: readonly [number, number], isResize: boolean): void {
  const id = focusedPanel()
  const section = id === null ? undefined : desk.built.placeOf.get(id)
  const panel = id === null ? null : desk.panel(id)
  if (id === null || !section || !panel) return
  const content = document.querySelector('.panels .sections')
  const { settings } = desk.store.state.getState().spec
  const perRow = perRowOf(content?.clientWidth ?? 900, sectionSettings(settings, section, null).columns)
  if (perRow === 1) return
  const before = arrange(section.panels, perRow, !section.isOwn)
  const after = stepped(before, id, by, isResize, perRow, !section.isOwn)
  desk.edit(`${isResize ? 'resize' : 'move'} ${titleOf(panel)}`, spec => setPlaces(spec, section, after.placed))
  // The place in the page may be another one, which takes the focus away.
  requestAnimationFrame(() => {
    const slot = document.querySelector<HTMLElement>(`[data-panel="${CSS.escape(id)}"]`)
    slot?.scrollIntoView({ block: 'nearest' })
    if (focusedPanel() !== id) slot?.querySelector<HTMLElement>('.chart, button')?.focus()
  })
}
