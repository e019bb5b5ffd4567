/**
 * What stands around every panel: its head with what is drawn in pills, its menu, its files, the table behind it, and what to
 * say while there is nothing to draw. `PictureFrame` also mounts a chart, which lives outside React.
 */

import { type KeyboardEvent, type ReactNode, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { formatCount } from '../charts/number'
import { colourOf } from '../charts/palette'
import type { Picture, PictureOptions } from '../charts/picture'
import { ExactInteger } from '../data/exactIntegers'
import { Button, IconButton } from '../ui/Button'
import { copyText } from '../ui/clipboard'
import { cx } from '../ui/cx'
import { Dialog } from '../ui/Dialog'
import { failureOf } from '../ui/failure'
import { plural } from '../ui/format'
import { Icon } from '../ui/icons'
import { Menu, MenuItem, MenuSeparator } from '../ui/Menu'
import { isShiftedLetter } from '../ui/keys'
import { FailureMessage, useSkeleton } from '../ui/states'
import { panelCode } from './code'
import { usePanelServices } from './context'
import { csvOfTable, fileName, markdownOfTable, pngOf, saveFile, type Cell, type Table } from './files'
import type { PanelIntents } from './registry'
import type { PanelBase } from './schema'
import { exactText, valueText } from './valueText'
import './frame.css'

/** What the picture is made of: a short text, and the sentence behind it. */
export interface Pill {
  text: string
  hint: string
  /** A brush or another choice of the reader's. */
  isAccent?: boolean
  isWarning?: boolean
}

export interface FrameProps {
  panel: PanelBase
  title: string
  pills?: readonly Pill[]
  isFull: boolean
  isNear: boolean
  intents: PanelIntents
  className?: string
  /** Of the kind's own, first in the menu. */
  menu?: ReactNode
  tools?: ReactNode
  /** The table behind it; absent: the kind is a table or text itself. */
  table?: () => Table
  summary?: string
  picture?: () => Picture<unknown> | null
  /** Without a head: the body says the title, the tools come over it. */
  isBare?: boolean
  children: ReactNode
}

const PANEL_KEYS: Record<string, keyof Acts> = { enter: 'full', t: 'table', s: 'edit', c: 'code' }

interface Acts {
  full: () => void
  table: () => void
  edit: () => void
  code: () => void
}

/** Head, menu and body. Keys work where the body's own focus lies on `[data-keys]`. */
export function PanelFrame(props: FrameProps) {
  const { panel, title, pills = [], isFull, isNear, intents, className, menu, tools, table, summary, picture } = props
  const { entity, project } = usePanelServices()
  const [shown, setShown] = useState<Table | null>(null)
  const openTable = (): void => {
    if (table) setShown(table())
  }
  const copyCode = (): void => void copyText(panelCode(panel, entity, project), 'the panel as code')
  const savePng = async (): Promise<void> => {
    const drawn = picture?.()?.toCanvas()
    if (!drawn) return
    const colours = { text: colourOf('--text-1'), panel: colourOf('--panel') }
    saveFile(fileName(title, 'png'), await pngOf(drawn, title, colours))
  }
  const saveSvg = (): void => {
    const drawn = picture?.()
    if (drawn) saveFile(fileName(title, 'svg'), new Blob([drawn.toSvg(title)], { type: 'image/svg+xml' }))
  }
  const saveCsv = (): void => {
    if (table) saveFile(fileName(title, 'csv'), new Blob([csvOfTable(table())], { type: 'text/csv;charset=utf-8' }))
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || isShiftedLetter(event) || event.defaultPrevented) return
    if (!(event.target instanceof HTMLElement)) return
    if (event.target !== event.currentTarget && !event.target.hasAttribute('data-keys')) return
    const name = PANEL_KEYS[event.key.toLowerCase()]
    if (!name) return
    event.preventDefault()
    event.stopPropagation()
    const acts: Acts = { full: intents.onFull, table: openTable, edit: intents.onEdit, code: copyCode }
    acts[name]()
  }
  return (
    // The keys are those of the focused part inside, which is a control of its own.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <section className={cx('panel run-panel', className, isFull && 'full')} aria-label={title} onKeyDown={onKeyDown}>
      <header className={cx('panel-h', props.isBare && 'bare')}>
        {!props.isBare && (
          <h3 className="title cut" title={title}>
            {title}
          </h3>
        )}
        <span className="pills">
          {pills.map(({ text, hint, isAccent, isWarning }) => (
            <span
              key={text}
              className={cx('pill', isAccent && 'accent', isWarning && 'warn')}
              title={`${text}\n${hint}`}
            >
              {text}
            </span>
          ))}
        </span>
        <span className="tools">
          {tools}
          <IconButton
            small
            icon={isFull ? 'close' : 'expand'}
            label={isFull ? 'Leave full screen' : `Show ${title} in full screen`}
            keys={isFull ? 'escape' : 'enter'}
            onClick={intents.onFull}
          />
          {isNear && (
            <Menu align="end" label={title} trigger={<IconButton small icon="more" label={`More about ${title}`} />}>
              {menu}
              {menu && <MenuSeparator />}
              {props.isBare && (
                <MenuItem
                  icon={isFull ? 'close' : 'expand'}
                  keys={isFull ? 'escape' : 'enter'}
                  onSelect={intents.onFull}
                >
                  {isFull ? 'Leave full screen' : 'Full screen'}
                </MenuItem>
              )}
              <MenuItem icon="settings" keys="s" onSelect={intents.onEdit}>
                Settings
              </MenuItem>
              {table && (
                <MenuItem icon="table" keys="t" onSelect={openTable}>
                  Table of what is drawn
                </MenuItem>
              )}
              <MenuItem icon="code" keys="c" onSelect={copyCode}>
                Copy as code
              </MenuItem>
              {picture && <MenuSeparator />}
              {picture && (
                <MenuItem icon="image" onSelect={() => void savePng()}>
                  Save picture as PNG
                </MenuItem>
              )}
              {picture && (
                <MenuItem icon="image" onSelect={saveSvg}>
                  Save picture as SVG
                </MenuItem>
              )}
              {table && (
                <MenuItem icon="download" onSelect={saveCsv}>
                  Save numbers as CSV
                </MenuItem>
              )}
              <MenuSeparator />
              <MenuItem icon="copy" onSelect={intents.onDuplicate}>
                Duplicate panel
              </MenuItem>
              <MenuItem icon="trash" onSelect={intents.onRemove}>
                Remove panel
              </MenuItem>
            </Menu>
          )}
        </span>
      </header>
      <div className="panel-b">{props.children}</div>
      {shown && (
        <TableDialog
          title={title}
          table={shown}
          onClose={() => setShown(null)}
          onCsv={saveCsv}
          {...(summary ? { summary } : {})}
        />
      )}
    </section>
  )
}

export interface PanelState {
  status: 'waiting' | 'empty' | 'ready' | 'failed'
  error?: unknown
  /** What is missing, and what to do. */
  empty?: ReactNode
  onRetry?: () => void
}

/** What stands in the body while there is nothing to draw. */
export function Instead({ state, what }: { state: PanelState; what: string }) {
  const isSkeleton = useSkeleton(state.status === 'waiting')
  if (isSkeleton) {
    return (
      <div className="panel-instead" aria-busy="true">
        <span className="skel-chart" />
        <span className="vh" role="status">
          Loading {what}
        </span>
      </div>
    )
  }
  if (state.status === 'empty') {
    return (
      <div className="panel-instead">
        <div className="hint">{state.empty}</div>
      </div>
    )
  }
  if (state.status !== 'failed') return null
  return (
    <div className="panel-instead">
      <FailureMessage
        failure={failureOf(state.error, `${what} could not be read`)}
        {...(state.onRetry ? { onRetry: state.onRetry } : {})}
      />
    </div>
  )
}

/** Nothing is chosen yet: a sentence and the way to choose. */
export function Unset({ children, intents }: { children: ReactNode; intents: PanelIntents }) {
  return (
    <>
      <Icon name="settings" size={14} /> {children}
      <Button small onClick={intents.onEdit}>
        Choose
      </Button>
    </>
  )
}

export interface PictureFrameProps<M> extends Omit<FrameProps, 'picture' | 'children' | 'summary'> {
  state: PanelState
  model: M | null
  summary: string
  /** Stable: another one mounts another chart. */
  make: (host: HTMLElement, options: PictureOptions) => Picture<M>
  /** Under the picture: a legend, a slider. */
  foot?: ReactNode
  /** What the arrow keys do, for screen readers. */
  keysHelp?: string
  /** Wider than the panel where so many pixels are needed: the picture scrolls sideways. */
  minWidthPx?: number
  /** The same for its height. */
  minHeightPx?: number
}

export function PictureFrame<M>(props: PictureFrameProps<M>) {
  const { panel, title, isNear, intents, model, state, summary, make, foot, keysHelp, minWidthPx, minHeightPx } = props
  const { hover } = usePanelServices()
  const host = useRef<HTMLDivElement>(null)
  const spoken = useRef<HTMLSpanElement>(null)
  const picture = useRef<Picture<M> | null>(null)
  const latest = useRef(model)
  useLayoutEffect(() => {
    latest.current = model
  }, [model])
  const { onOpenRun } = intents
  const { id } = panel

  useEffect(() => {
    if (!isNear || !host.current) return
    const made = make(host.current, {
      id,
      hover,
      events: {
        onSpeak: text => {
          if (spoken.current) spoken.current.textContent = text
        },
        onOpenRun: (run, isNewTab) => onOpenRun(run, { isNewTab }),
      },
    })
    picture.current = made
    if (latest.current) made.set(latest.current)
    return () => {
      picture.current = null
      made.destroy()
    }
  }, [isNear, make, id, hover, onOpenRun])

  useEffect(() => {
    if (model) picture.current?.set(model)
  }, [model])

  const currentPicture = useCallback(() => picture.current as Picture<unknown> | null, [])
  return (
    <PanelFrame {...props} picture={currentPicture}>
      <div className={cx('picture-place', foot !== undefined && 'has-foot')}>
        {/* The picture takes the keyboard: arrows walk through what is drawn. */}
        {/* oxlint-disable jsx-a11y/no-noninteractive-tabindex */}
        <div
          ref={host}
          className="chart run-chart"
          role="img"
          data-keys=""
          aria-label={summary || title}
          {...(keysHelp ? { 'aria-describedby': `${id}-keys` } : {})}
          tabIndex={0}
          style={{ minWidth: minWidthPx, minHeight: minHeightPx }}
        />
        {/* oxlint-enable jsx-a11y/no-noninteractive-tabindex */}
        {state.status !== 'ready' && <Instead state={state} what={title} />}
      </div>
      {foot !== undefined && <div className="picture-foot">{foot}</div>}
      {keysHelp && (
        <span className="vh" id={`${id}-keys`}>
          {keysHelp}
        </span>
      )}
      <span className="vh" role="status" ref={spoken} />
    </PanelFrame>
  )
}

const ROWS_SHOWN = 1000

function TableDialog({
  title,
  summary,
  table,
  onClose,
  onCsv,
}: {
  title: string
  summary?: string
  table: Table
  onClose: () => void
  onCsv: () => void
}) {
  const { columns, rows } = table
  const shown = rows.slice(0, ROWS_SHOWN)
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={title}
      description={summary || plural(rows.length, 'row')}
      className="panel-table"
    >
      {/* A table that scrolls must be reachable by the keys that scroll it. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className="panel-table-b" tabIndex={0} role="region" aria-label={`Table of ${title}`}>
        <table className="table">
          <thead>
            <tr>
              {columns.map(column => (
                <th key={column.name} scope="col" className={cx(column.isNumber && 'num')}>
                  {column.name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row, i) => (
              // oxlint-disable-next-line react/no-array-index-key -- rows of one table never move
              <tr key={i}>
                {row.map((cell, k) => (
                  <td
                    // oxlint-disable-next-line react/no-array-index-key
                    key={k}
                    className={cx(isNumber(cell) && 'num')}
                    title={isNumber(cell) ? exactText(cell) : undefined}
                  >
                    {cell === null ? '–' : valueText(cell)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className="acts">
        {rows.length > shown.length && (
          <span className="hint">
            {formatCount(shown.length)} of {formatCount(rows.length)} rows shown; the CSV holds all
          </span>
        )}
        <Button icon="copy" onClick={() => void copyText(markdownOfTable(table), 'the table')}>
          Copy as Markdown
        </Button>
        <Button icon="download" onClick={onCsv}>
          Save as CSV
        </Button>
        <Button kind="primary" onClick={onClose}>
          Close
        </Button>
      </div>
    </Dialog>
  )
}

const isNumber = (cell: Cell): boolean => typeof cell === 'number' || cell instanceof ExactInteger
