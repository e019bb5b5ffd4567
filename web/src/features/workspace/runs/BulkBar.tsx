/** What can be done to the selected runs: a bar over the list while some are, and the menu that a right click opens. */

import { useRef, useState } from 'react'
import { RUN_COLOURS } from '../../../charts/palette'
import { formatCount } from '../../../charts/number'
import { isLive } from '../../../data/project'
import { Button, IconButton } from '../../../ui/Button'
import { copyText } from '../../../ui/clipboard'
import { Checkbox } from '../../../ui/controls'
import { Menu, MenuItem, MenuSeparator } from '../../../ui/Menu'
import { MenuAt, type Point } from '../../../ui/MenuAt'
import { type RunSet } from '../runSet'
import {
  chooseColour,
  chooseDash,
  hideRuns,
  isHidden,
  showOnly,
  showRuns,
  toggleBaseline,
  togglePins,
} from '../runSetActions'
import type { Session } from '../session'
import { runsCode } from './code'
import { deleteRuns, stopRuns } from './edits'
import { exportRuns } from './exports'
import { serverUrl } from './FilterBuilder'
import type { ChangeRunSet, ShownColumn } from './shown'

/** What needs a place of its own to work in. */
export type Task = {
  kind: 'tags' | 'group' | 'job_type' | 'notes' | 'rename' | 'move' | 'copy'
  ids: readonly string[]
}

export interface RunMenuProps {
  session: Session
  set: RunSet
  change: ChangeRunSet
  columns: readonly ShownColumn[]
  ids: readonly string[]
  onTask: (task: Task) => void
  onOpen: (run: string) => void
  /** Compares the runs; absent where the page has no panel for it. */
  onCompare?: ((ids: readonly string[]) => void) | undefined
}

/** The items; what the selection does not allow is off, with the reason. */
export function RunMenuItems({ session, set, change, columns, ids, onTask, onOpen, onCompare }: RunMenuProps) {
  const runs = ids.map(id => session.list.find(id)).filter(run => run !== undefined)
  const count = ids.length
  const [only] = ids
  const noun = count === 1 ? 'run' : `${formatCount(count)} runs`
  const live = runs.filter(isLive)
  const isAnyDrawn = ids.some(id => !isHidden(set, id))
  const isPinned = ids.every(id => set.pinned?.includes(id))
  const oneOnly = count === 1 ? undefined : 'one run only'
  return (
    <>
      {count === 1 && only !== undefined && (
        <MenuItem icon="arrow" keys="enter" onSelect={() => onOpen(only)}>
          Open
        </MenuItem>
      )}
      <MenuItem
        icon={isAnyDrawn ? 'eye-off' : 'eye'}
        keys="h"
        onSelect={() => change(set => (isAnyDrawn ? hideRuns(set, ids) : showRuns(set, ids)))}
      >
        {isAnyDrawn ? 'Hide' : 'Show'}
      </MenuItem>
      <MenuItem icon="eye" keys="shift+h" onSelect={() => change(set => showOnly(set, ids))}>
        Show only {count === 1 ? 'this' : 'these'}
      </MenuItem>
      <MenuItem icon="pin" keys="x" onSelect={() => change(set => togglePins(set, ids))}>
        {isPinned ? 'Unpin' : 'Pin to the top'}
      </MenuItem>
      <MenuItem
        icon="flag"
        keys="b"
        why={oneOnly}
        onSelect={() => only !== undefined && change(set => toggleBaseline(set, only))}
      >
        {set.baseline === only ? 'No longer the baseline' : 'Make it the baseline'}
      </MenuItem>
      <MenuSeparator />
      <MenuItem icon="tag" keys="t" onSelect={() => onTask({ kind: 'tags', ids })}>
        Tags
      </MenuItem>
      <MenuItem icon="group" onSelect={() => onTask({ kind: 'group', ids })}>
        Move to group
      </MenuItem>
      <MenuItem icon="layers" onSelect={() => onTask({ kind: 'job_type', ids })}>
        Set job type
      </MenuItem>
      <MenuItem icon="comment" why={oneOnly} onSelect={() => onTask({ kind: 'notes', ids })}>
        Notes
      </MenuItem>
      <MenuItem icon="edit" keys="f2" why={oneOnly} onSelect={() => onTask({ kind: 'rename', ids })}>
        Rename
      </MenuItem>
      <MenuSeparator />
      <MenuItem
        icon="copy"
        keys="c"
        onSelect={() =>
          void copyText(
            runsCode(ids, { server: serverUrl(), entity: session.entity, project: session.project }),
            `${noun} as code`,
          )
        }
      >
        Copy as code
      </MenuItem>
      <MenuItem icon="download" keys="e" onSelect={() => void exportRuns(session, set, columns, 'csv', ids)}>
        Export
      </MenuItem>
      {onCompare && (
        <MenuItem icon="compare" why={count > 1 ? undefined : 'two runs or more'} onSelect={() => onCompare(ids)}>
          Compare
        </MenuItem>
      )}
      <MenuSeparator />
      <MenuItem
        icon="folder"
        why={live.length < count ? undefined : 'all still run'}
        onSelect={() => onTask({ kind: 'move', ids })}
      >
        Move to project
      </MenuItem>
      <MenuItem
        icon="copy"
        why={live.length < count ? undefined : 'all still run'}
        onSelect={() => onTask({ kind: 'copy', ids })}
      >
        Copy to project
      </MenuItem>
      <MenuSeparator />
      <MenuItem
        icon="stop"
        why={live.length > 0 ? undefined : 'none runs'}
        onSelect={() =>
          void stopRuns(
            session,
            live.map(run => run.id),
          )
        }
      >
        Stop {live.length > 1 ? `${live.length} running runs` : 'run'}
      </MenuItem>
      <MenuItem icon="trash" keys="delete" isDanger onSelect={() => void deleteRuns(session, ids)}>
        Delete {noun}
      </MenuItem>
    </>
  )
}

export function RunMenu({ point, onClose, ...props }: RunMenuProps & { point: Point | null; onClose: () => void }) {
  const name =
    props.ids.length === 1 ? (props.session.list.find(props.ids[0] ?? '')?.name ?? 'Run') : `${props.ids.length} runs`
  return (
    <MenuAt point={point} label={name} onClose={onClose} className="run-menu">
      <ColourItems set={props.set} change={props.change} ids={props.ids} />
      <MenuSeparator />
      <RunMenuItems {...props} />
    </MenuAt>
  )
}

/** The palette, as small swatches; dash and "its own" beside. Not menu items: the arrow keys belong to the list below. */
export function ColourItems({ set, change, ids }: { set: RunSet; change: ChangeRunSet; ids: readonly string[] }) {
  const chosen = ids.length > 0 ? set.colours?.chosen?.[ids[0] as string] : undefined
  const dash = ids.length > 0 ? set.colours?.dashes?.[ids[0] as string] : undefined
  return (
    <div className="swatches" role="group" aria-label="Colour">
      {Array.from({ length: RUN_COLOURS }, (_, i) => (
        <button
          key={i}
          type="button"
          className="swatch"
          aria-label={`Colour ${i + 1}`}
          aria-pressed={chosen === i + 1}
          style={{ '--c': `var(--run-${i + 1})` } as React.CSSProperties}
          onClick={() => change(set => chooseColour(set, ids, i + 1))}
        />
      ))}
      <span className="swatch-row">
        <button
          type="button"
          className="link"
          onClick={() => change(set => chooseDash(chooseColour(set, ids, null), ids, null))}
        >
          Its own
        </button>
        {['Solid', 'Dashed', 'Dotted'].map((label, i) => (
          <button
            key={label}
            type="button"
            className="dash"
            aria-label={label}
            title={label}
            aria-pressed={dash === i}
            onClick={() => change(set => chooseDash(set, ids, i))}
          >
            <svg width="22" height="4" aria-hidden="true">
              <line
                x1="0"
                x2="22"
                y1="2"
                y2="2"
                stroke="currentColor"
                strokeWidth="2"
                strokeDasharray={['', '6 3', '2 2'][i]}
              />
            </svg>
          </button>
        ))}
      </span>
    </div>
  )
}

export function BulkBar(props: RunMenuProps & { total: number; onSelectAll: () => void }) {
  const { session, ids, total, onTask, onCompare, onSelectAll } = props
  const tag = useRef<HTMLButtonElement>(null)
  const [isAll, setAll] = useState(false)
  return (
    <div className="bulk" role="toolbar" aria-label="Selected runs">
      <Checkbox
        label={ids.length === total ? 'Select none' : `Select all ${formatCount(total)}`}
        value={ids.length >= total ? true : 'mixed'}
        onChange={() => (ids.length >= total ? session.list.clearSelected() : onSelectAll())}
      />
      <b className="b">{formatCount(ids.length)} selected</b>
      {ids.length < total && (
        <button
          type="button"
          className="link desk-only"
          disabled={isAll}
          onClick={() => {
            setAll(true)
            onSelectAll()
            setAll(false)
          }}
        >
          all {formatCount(total)}
        </button>
      )}
      <span className="right row-g">
        <Button ref={tag} kind="ghost" small icon="tag" onClick={() => onTask({ kind: 'tags', ids })}>
          Tag
        </Button>
        {onCompare && (
          <Button kind="ghost" small icon="compare" disabled={ids.length < 2} onClick={() => onCompare(ids)}>
            Compare
          </Button>
        )}
        <Menu
          align="end"
          label="More to do with the selected runs"
          className="run-menu"
          trigger={<IconButton small icon="more" label="More to do with the selected runs" />}
        >
          <ColourItems set={props.set} change={props.change} ids={ids} />
          <MenuSeparator />
          <RunMenuItems {...props} />
        </Menu>
        <IconButton
          small
          icon="close"
          label="Clear the selection"
          keys="escape"
          onClick={() => session.list.clearSelected()}
        />
      </span>
    </div>
  )
}
