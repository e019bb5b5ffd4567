/** Everything that can be done to runs, by name: the palette, the shortcut sheet and the keyboard read it. */

import { useLayoutEffect, useRef } from 'react'
import { isLive } from '../../../data/project'
import { useActions } from '../../../ui/actions'
import { copyText } from '../../../ui/clipboard'
import { toggle } from '../../../ui/selection'
import type { RunSet } from '../runSet'
import {
  hideRuns,
  showAll,
  showOnly,
  toggleBaseline,
  toggleGroup,
  togglePins,
  toggleRuns,
  withSet,
} from '../runSetActions'
import { focusSearch } from '../SearchInput'
import type { Session } from '../session'
import type { Task } from './BulkBar'
import { runsCode } from './code'
import { deleteRuns, stopRuns } from './edits'
import { exportRuns } from './exports'
import { serverUrl } from './FilterBuilder'
import { stepBy } from './reach'
import { Rows } from './rows'
import type { ChangeRunSet, ShownColumn } from './shown'

export interface RunActionNeeds {
  session: Session
  set: RunSet
  change: ChangeRunSet
  columns: readonly ShownColumn[]
  onOpen: (run: string) => void
  onEditor: (kind: 'filter' | 'group' | 'sort' | 'columns') => void
  onTask: (task: Task) => void
  onTrash: () => void
}

export function useRunActions(needs: RunActionNeeds): void {
  // The table is made once: what it closes over is read when an action is performed.
  const latest = useRef(needs)
  useLayoutEffect(() => {
    latest.current = needs
  })
  const { session } = needs
  useActions(() => {
    const { list, hover } = session
    const group = 'Runs'
    const rows = (): Rows => new Rows(list.state.getState())
    const current = (): string | null => list.state.getState().selection.current
    const isGroup = (id: string | null): boolean => id !== null && id.startsWith('[')
    const chosen = (): string[] => {
      const { keys, current } = list.state.getState().selection
      return keys.size > 0 ? [...keys] : current === null || isGroup(current) ? [] : [current]
    }
    const hasRun = (): boolean => chosen().length > 0
    const hasOne = (): boolean => chosen().length === 1
    const step = async (by: number, isExtending: boolean): Promise<void> => {
      await stepBy(list, rows, by, isExtending)
      hover.set({ run: current(), x: null, axis: '', source: 'list' })
    }
    // In a picture the arrows and Enter belong to the picture.
    const isFree = (): boolean =>
      !document.activeElement?.closest('.chart, .panel-slot, button, a, [role=separator], [role=tree]')
    const change: ChangeRunSet = (edit, options) => latest.current.change(edit, options)
    const place = () => ({ server: serverUrl(), entity: session.entity, project: session.project })
    const live = (): string[] => chosen().filter(id => isLive(list.find(id)))
    return [
      { name: 'runs.find', label: 'Find runs', group, icon: 'search', keys: '/', perform: () => focusSearch('/') },
      { name: 'runs.next', label: 'Next run', group, keys: 'j', isHidden: true, perform: () => void step(1, false) },
      {
        name: 'runs.previous',
        label: 'Previous run',
        group,
        keys: 'k',
        isHidden: true,
        perform: () => void step(-1, false),
      },
      {
        name: 'runs.extend',
        label: 'Select a range',
        group,
        keys: 'shift+j',
        isHidden: true,
        perform: () => void step(1, true),
      },
      {
        name: 'runs.extend-up',
        label: 'Select a range upwards',
        group,
        keys: 'shift+k',
        isHidden: true,
        perform: () => void step(-1, true),
      },
      {
        name: 'runs.select',
        label: 'Select the run',
        group,
        keys: 'space',
        isHidden: true,
        when: () => current() !== null && isFree(),
        perform: () => {
          const id = current()
          if (id === null) return
          if (isGroup(id)) list.toggleFold(id)
          else list.select(toggle(list.state.getState().selection, id))
        },
      },
      {
        name: 'runs.select-all',
        label: 'Select all runs that match',
        group,
        icon: 'check',
        perform: () => void list.selectAll(),
      },
      {
        name: 'runs.hide',
        label: 'Draw or do not draw the run',
        group,
        icon: 'eye-off',
        keys: 'h',
        words: 'hide show toggle',
        when: () => hasRun() || isGroup(current()),
        perform: () => {
          const id = current()
          if (isGroup(id) && id !== null && !hasRun()) change(set => toggleGroup(set, id))
          else change(set => toggleRuns(set, chosen()))
        },
      },
      {
        name: 'runs.only',
        label: 'Draw only this run',
        group,
        icon: 'eye',
        keys: 'shift+h',
        words: 'solo isolate',
        when: hasRun,
        perform: () => change(set => showOnly(set, chosen())),
      },
      {
        name: 'runs.others',
        label: 'Draw all runs',
        group,
        icon: 'eye',
        keys: 'shift+a',
        words: 'show every',
        perform: () => change(showAll),
      },
      {
        name: 'runs.hide-this',
        label: 'Draw all but this run',
        group,
        icon: 'eye-off',
        when: hasRun,
        perform: () => change(set => hideRuns(showAll(set), chosen())),
      },
      {
        name: 'runs.pin',
        label: 'Pin the run to the top',
        group,
        icon: 'pin',
        keys: 'x',
        words: 'unpin',
        when: hasRun,
        perform: () => change(set => togglePins(set, chosen())),
      },
      {
        name: 'runs.baseline',
        label: 'Make the run the baseline',
        group,
        icon: 'flag',
        keys: 'b',
        words: 'compare delta',
        when: hasOne,
        perform: () => change(set => toggleBaseline(set, chosen()[0] as string)),
      },
      {
        name: 'runs.open',
        label: 'Open the run',
        group,
        icon: 'arrow',
        keys: 'enter',
        when: () => current() !== null && isFree(),
        perform: () => {
          const id = current()
          if (id === null) return
          if (isGroup(id)) list.toggleFold(id)
          else latest.current.onOpen(id)
        },
      },
      {
        name: 'runs.filter',
        label: 'Filter runs',
        group,
        icon: 'filter',
        keys: 'f',
        perform: () => latest.current.onEditor('filter'),
      },
      {
        name: 'runs.group',
        label: 'Group runs',
        group,
        icon: 'group',
        keys: 'shift+g',
        perform: () => latest.current.onEditor('group'),
      },
      {
        name: 'runs.sort',
        label: 'Sort runs',
        group,
        icon: 'sort',
        keys: 'shift+o',
        perform: () => latest.current.onEditor('sort'),
      },
      {
        name: 'runs.columns',
        label: 'Columns of the run list',
        group,
        icon: 'columns',
        keys: 'shift+c',
        perform: () => latest.current.onEditor('columns'),
      },
      {
        name: 'runs.table',
        label: 'Runs as a table over the whole width',
        group,
        icon: 'table',
        keys: 'shift+t',
        words: 'list full wide',
        perform: () => change(set => withSet(set, { is_table: !set.is_table })),
      },
      {
        name: 'runs.mine',
        label: 'Only runs that I started',
        group,
        icon: 'user',
        perform: () => change(set => withSet(set, { only_mine: !set.only_mine })),
      },
      {
        name: 'runs.tag',
        label: 'Tag runs',
        group,
        icon: 'tag',
        keys: 't',
        when: () => hasRun() && isFree(),
        perform: () => latest.current.onTask({ kind: 'tags', ids: chosen() }),
      },
      {
        name: 'runs.move',
        label: 'Move runs to a group',
        group,
        icon: 'group',
        when: hasRun,
        perform: () => latest.current.onTask({ kind: 'group', ids: chosen() }),
      },
      {
        name: 'runs.move-to-project',
        label: 'Move runs to another project',
        group,
        icon: 'folder',
        when: hasRun,
        perform: () => latest.current.onTask({ kind: 'move', ids: chosen() }),
      },
      {
        name: 'runs.copy-to-project',
        label: 'Copy runs to another project',
        group,
        icon: 'copy',
        when: hasRun,
        perform: () => latest.current.onTask({ kind: 'copy', ids: chosen() }),
      },
      {
        name: 'runs.job-type',
        label: 'Set the job type of runs',
        group,
        icon: 'layers',
        when: hasRun,
        perform: () => latest.current.onTask({ kind: 'job_type', ids: chosen() }),
      },
      {
        name: 'runs.notes',
        label: 'Notes of the run',
        group,
        icon: 'comment',
        when: hasOne,
        perform: () => latest.current.onTask({ kind: 'notes', ids: chosen() }),
      },
      {
        name: 'runs.rename',
        label: 'Rename the run',
        group,
        icon: 'edit',
        keys: 'f2',
        when: hasOne,
        perform: () => latest.current.onTask({ kind: 'rename', ids: chosen() }),
      },
      {
        name: 'runs.copy',
        label: 'Copy runs as code',
        group,
        icon: 'copy',
        keys: 'c',
        when: () => hasRun() && isFree(),
        perform: () => void copyText(runsCode(chosen(), place()), 'the runs as code'),
      },
      {
        name: 'runs.export',
        label: 'Export runs',
        group,
        icon: 'download',
        keys: 'e',
        when: () => hasRun() && isFree(),
        perform: () => {
          const { set, columns } = latest.current
          void exportRuns(session, set, columns, 'csv', chosen())
        },
      },
      {
        name: 'runs.stop',
        label: 'Stop runs',
        group,
        icon: 'stop',
        when: () => live().length > 0,
        perform: () => void stopRuns(session, live()),
      },
      {
        name: 'runs.delete',
        label: 'Delete runs',
        group,
        icon: 'trash',
        keys: 'delete',
        words: 'trash remove',
        when: () => hasRun() && isFree(),
        perform: () => void deleteRuns(session, chosen()),
      },
      {
        name: 'runs.trash',
        label: 'Trash',
        group,
        icon: 'trash',
        words: 'deleted restore purge',
        perform: () => latest.current.onTrash(),
      },
      {
        name: 'runs.clear-selection',
        label: 'Clear the selection',
        group,
        keys: 'escape',
        isHidden: true,
        when: () => list.state.getState().selection.keys.size > 0,
        perform: () => list.clearSelected(),
      },
    ]
  }, [session])
}
