/** The lineage as a picture: hover lights what leads here and what follows, a click shows a node, a double click opens it. */

import { type KeyboardEvent, type PointerEvent, useEffect, useMemo, useRef, useState } from 'react'
import type { Lineage, LineageNode } from '../../../data/artifacts'
import { IconButton } from '../../../ui/Button'
import { cx } from '../../../ui/cx'
import { folded } from '../../../ui/folding'
import { plural } from '../../../ui/format'
import { iconPaths } from '../../../ui/iconPaths'
import { iconOfType, isGone } from '../model'
import { type GraphLayout, isRunNode, layout, mainPath, type Placed, reach, shownAliases, placedMarks } from './layout'

export interface GraphProps {
  lineage: Lineage
  /** The root's version among its collection's, for flipping through them. */
  flip: { text: string; older: (() => void) | null; newer: (() => void) | null }
  isVertical: boolean
  /** What is downstream of the root is drawn as bad. */
  isBad: boolean
  find: string
  chosen: string
  onChoose: (id: string) => void
  onOpen: (node: LineageNode) => void
  /** Draws one hop more. */
  onMore: (() => void) | null
}

interface View {
  scale: number
  x: number
  y: number
}

const HEIGHT_PX = 396
const SCALES = [0.25, 2] as const

export function Graph(props: GraphProps) {
  const { lineage, flip, isVertical, isBad, find, chosen, onChoose, onOpen, onMore } = props
  const host = useRef<HTMLDivElement>(null)
  const [widthPx, setWidth] = useState(0)
  useEffect(() => {
    if (!host.current) return
    const observer = new ResizeObserver(([entry]) => entry && setWidth(Math.floor(entry.contentRect.width)))
    observer.observe(host.current)
    return () => observer.disconnect()
  }, [])
  const drawn = useMemo(
    () => layout(lineage, isVertical ? { isVertical, widthPx: Math.max(280, widthPx) } : {}),
    [lineage, isVertical, widthPx],
  )
  const { target, path } = useMemo(() => mainPath(lineage), [lineage])
  const [hovered, setHovered] = useState('')
  const [moved, setMoved] = useState<{ of: GraphLayout; view: View } | null>(null)
  const view = moved?.of === drawn ? moved.view : fitted(drawn, lineage.root, widthPx, isVertical)
  const setView = (next: View): void => setMoved({ of: drawn, view: next })
  const dragged = useRef<{ x: number; y: number; view: View } | null>(null)

  const lit = useMemo(() => {
    if (isBad) return reach(lineage, lineage.root, 1)
    const at = hovered || chosen
    if (!at || !drawn.byId.has(at)) return new Set(path)
    return new Set([...reach(lineage, at, -1), ...reach(lineage, at, 1)])
  }, [lineage, drawn, hovered, chosen, path, isBad])
  const words = folded(find.trim())
  const isFound = (node: LineageNode): boolean => words !== '' && folded(node.label).includes(words)
  const hops = Math.max(0, path.length - 1)
  const staleCount = lineage.nodes.filter(node => node.is_stale).length

  const zoom = (factor: number): void => {
    const scale = Math.min(SCALES[1], Math.max(SCALES[0], view.scale * factor))
    const by = scale / view.scale
    const [cx, cy] = [widthPx / 2, HEIGHT_PX / 2]
    setView({ scale, x: cx - (cx - view.x) * by, y: cy - (cy - view.y) * by })
  }
  const fit = (): void => setView(fitted(drawn, lineage.root, widthPx, isVertical, true))
  const focusOn = (id: string): void => {
    onChoose(id)
    requestAnimationFrame(() => host.current?.querySelector<SVGGElement>(`[data-node="${CSS.escape(id)}"]`)?.focus())
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const here = (event.target as Element).closest('[data-node]')?.getAttribute('data-node') ?? ''
    if (event.key === '+' || event.key === '=') zoom(1.25)
    else if (event.key === '-') zoom(0.8)
    else if (event.key === '0') setView({ scale: 1, x: 0, y: 0 })
    else if (event.key.toLowerCase() === 'f') fit()
    else if (here && event.key === 'Enter') {
      const node = drawn.byId.get(here)?.node
      if (node) onOpen(node)
    } else if (here && event.key === ' ') onChoose(here)
    else if (here && event.key.startsWith('Arrow')) {
      const next = neighbour(drawn, here, event.key, isVertical)
      if (next) focusOn(next)
    } else return
    event.preventDefault()
    event.stopPropagation()
  }
  const onPointerMove = (event: PointerEvent): void => {
    const from = dragged.current
    if (!from) return
    setView({ ...from.view, x: from.view.x + event.clientX - from.x, y: from.view.y + event.clientY - from.y })
  }
  const height = isVertical ? drawn.height : HEIGHT_PX
  return (
    // The keys of what is in it: nodes take the focus.
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
    <div className="lineage" onKeyDown={onKeyDown}>
      <div
        ref={host}
        className="cv"
        style={{ height }}
        onPointerLeave={() => setHovered('')}
        onPointerDown={event => {
          if (isVertical || event.button !== 0 || (event.target as Element).closest('[role=button], button')) return
          dragged.current = { x: event.clientX, y: event.clientY, view }
          event.currentTarget.setPointerCapture(event.pointerId)
        }}
        onPointerMove={onPointerMove}
        onPointerUp={() => {
          dragged.current = null
        }}
      >
        {widthPx > 0 && (
          <svg
            className={cx('lg', isBad && 'bad')}
            width={widthPx}
            height={height}
            role="group"
            aria-label={`Lineage, ${plural(lineage.total, 'node')}, ${drawn.nodes.length} drawn`}
          >
            <g transform={isVertical ? undefined : `translate(${view.x} ${view.y}) scale(${view.scale})`}>
              {[...drawn.edges]
                .toSorted(
                  (a, b) =>
                    Number(lit.has(a.source) && lit.has(a.target)) - Number(lit.has(b.source) && lit.has(b.target)),
                )
                .map(edge => (
                  <path
                    key={`${edge.source} ${edge.target} ${edge.role}`}
                    className={cx('lg-e', lit.has(edge.source) && lit.has(edge.target) && 'on')}
                    d={edge.path}
                  >
                    {edge.role && <title>as {edge.role}</title>}
                  </path>
                ))}
              {drawn.nodes.map(placed => (
                <Node
                  key={placed.node.id}
                  placed={placed}
                  isRoot={placed.node.id === lineage.root}
                  isLit={lit.has(placed.node.id)}
                  isChosen={placed.node.id === chosen}
                  isFound={isFound(placed.node)}
                  isVertical={isVertical}
                  flip={flip}
                  onHover={setHovered}
                  onChoose={onChoose}
                  onOpen={onOpen}
                  onMore={onMore}
                />
              ))}
            </g>
          </svg>
        )}
        {!isVertical && widthPx > 700 && drawn.nodes.length > 8 && (
          <Mini drawn={drawn} root={lineage.root} view={view} widthPx={widthPx} />
        )}
      </div>
      <div className="gfoot">
        {!isVertical && (
          <>
            <IconButton small icon="minus" label="Smaller" keys="-" onClick={() => zoom(0.8)} />
            <span className="num">{Math.round(view.scale * 100)} %</span>
            <IconButton small icon="plus" label="Larger" keys="+" onClick={() => zoom(1.25)} />
            <IconButton small icon="fit" label="Show all" keys="f" onClick={fit} />
            <span className="legend desk-only">
              <span>
                <i className="lgk" /> Version
              </span>
              <span>
                <i className="lgk sq" /> Run
              </span>
              <span>
                <i className="lgk st" /> Group
              </span>
              <span>
                <i className="lgk fo" /> This page
              </span>
            </span>
          </>
        )}
        <span className="pathline" aria-live="polite">
          {isBad ? (
            <>
              <i className="ln bad" /> <b>Downstream</b>, {lit.size - 1} nodes of those drawn
            </>
          ) : target && hops > 0 ? (
            <>
              <i className="ln" />
              <b>{target.aliases?.includes('production') ? 'Path to production' : `Path to ${target.label}`}</b>, {hops}{' '}
              {hops === 1 ? 'hop' : 'hops'}
              {staleCount > 0 && <span className="warn">, {staleCount} changed since</span>}
            </>
          ) : (
            'Nothing leads here or follows yet'
          )}
        </span>
      </div>
    </div>
  )
}

/** Where the graph is seen at first: all of it, or, where that is too small to read, as much around what the page is of. */
function fitted(drawn: GraphLayout, root: string, widthPx: number, isVertical: boolean, isAsked = false): View {
  if (isVertical || widthPx === 0) return { scale: 1, x: 0, y: 0 }
  const whole = Math.min(1, (widthPx - 8) / drawn.width, (HEIGHT_PX - 8) / drawn.height)
  const scale = Math.max(isAsked ? 0.05 : 0.55, whole)
  const middle = drawn.byId.get(root)
  const along = (roomPx: number, graphPx: number, at: number | undefined): number =>
    graphPx <= roomPx ? (roomPx - graphPx) / 2 : Math.min(0, Math.max(roomPx - graphPx, roomPx / 2 - (at ?? 0) * scale))
  return {
    scale,
    x: along(widthPx, drawn.width * scale, middle?.x),
    y: along(HEIGHT_PX, drawn.height * scale, middle?.y),
  }
}

/** Along edges; up and down within a column. */
function neighbour(drawn: GraphLayout, id: string, key: string, isVertical: boolean): string | null {
  const here = drawn.byId.get(id)
  if (!here) return null
  const [back, on, before, after] = isVertical
    ? ['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight']
    : ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown']
  if (key === back || key === on) {
    const ids = drawn.edges.flatMap(edge =>
      key === on ? (edge.source === id ? [edge.target] : []) : edge.target === id ? [edge.source] : [],
    )
    const near = ids.flatMap(other => drawn.byId.get(other) ?? [])
    const gap = (one: Placed): number => Math.abs(one.x - here.x) + Math.abs(one.y - here.y)
    return near.toSorted((a, b) => gap(a) - gap(b))[0]?.node.id ?? null
  }
  const place = (one: Placed): number => (isVertical ? one.x : one.y)
  const column = drawn.nodes.filter(one => one.column === here.column).toSorted((a, b) => place(a) - place(b))
  const next = column[column.indexOf(here) + (key === after ? 1 : key === before ? -1 : 0)]
  return next?.node.id ?? null
}

function Icon({ name, x, y, size = 12 }: { name: keyof typeof iconPaths; x: number; y: number; size?: number }) {
  return (
    <g transform={`translate(${x} ${y}) scale(${size / 16})`} className="lg-i">
      <path d={iconPaths[name]} />
    </g>
  )
}

const STATE_GLYPHS: Record<string, string> = {
  finished: 'M3.2 8.6 6.5 11.8 12.8 4.6',
  running: 'M8 5.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6z',
  failed: 'M4.5 4.5l7 7M11.5 4.5l-7 7',
  crashed: 'M8 3.5v6M8 12v.02',
  killed: 'M4.5 4.5h7v7h-7z',
}

/** As many letters as fit. */
function cut(text: string, widthPx: number): string {
  const most = Math.max(3, Math.floor(widthPx / 6.1))
  return text.length > most ? `${text.slice(0, most - 1)}…` : text
}

function spoken(node: LineageNode): string {
  const parts = [isRunNode(node) ? (node.kind === 'group' ? 'runs' : 'run') : (node.type ?? 'version'), node.label]
  if (node.count && node.count > 1) parts.push(`${node.count} of them`)
  if (node.state) parts.push(node.state)
  if (node.aliases?.length) parts.push(node.aliases.join(', '))
  if (node.is_stale) parts.push('changed since')
  if (node.fault) parts.push('marked as bad')
  return parts.join(', ')
}

interface NodeProps {
  placed: Placed
  isRoot: boolean
  isLit: boolean
  isChosen: boolean
  isFound: boolean
  isVertical: boolean
  flip: GraphProps['flip']
  onHover: (id: string) => void
  onChoose: (id: string) => void
  onOpen: (node: LineageNode) => void
  onMore: (() => void) | null
}

function Node(props: NodeProps) {
  const { placed, isRoot, isLit, isChosen, isFound, isVertical, flip, onHover, onChoose, onOpen, onMore } = props
  const { node, x, y, width, height } = placed
  const isRun = isRunNode(node)
  const isStack = (node.count ?? 1) > 1
  const isCard = !isRun || isVertical
  const marks = placedMarks(shownAliases(node), width - 16)
  const isLost = !isRun && isGone(node)
  const box = cx(
    'lg-box',
    isRun && 'run',
    isLost && 'gone',
    isRoot && 'focus',
    node.is_stale && 'warn',
    node.fault && 'bad',
  )
  const [cxMiddle, cyMiddle] = [x + width / 2, y + height / 2]
  return (
    <>
      {/* A dimmed card lets light through: an edge behind it must not cross its words. */}
      {!isLit && <rect className="lg-under" x={x} y={y} width={width} height={height} rx={8} />}
      {/* A node of a picture that is a control: it has a role, a name, focus and keys. */}
      {/* oxlint-disable-next-line jsx-a11y/prefer-tag-over-role */}
      <g
        className={cx('lg-node', !isLit && 'dim', isChosen && 'chosen', isFound && 'found')}
        data-node={node.id}
        tabIndex={0}
        role="button"
        aria-label={spoken(node)}
        aria-pressed={isChosen}
        onPointerEnter={() => onHover(node.id)}
        onFocus={() => onHover(node.id)}
        onBlur={() => onHover('')}
        onClick={() => onChoose(node.id)}
        onDoubleClick={() => onOpen(node)}
      >
        <title>{spoken(node)}</title>
        {isRoot && <rect className="lg-ring" x={x - 3} y={y - 3} width={width + 6} height={height + 6} rx={11} />}
        {isStack && (
          <rect className={box} x={x + 5} y={y - 5} width={width - (isCard ? 10 : 0)} height={height} rx={7} />
        )}
        {isStack && (
          <rect className={box} x={x + 2.5} y={y - 2.5} width={width - (isCard ? 5 : 0)} height={height} rx={7} />
        )}
        <rect className={box} x={x} y={y} width={width} height={height} rx={8} />
        {isRoot ? (
          <>
            <Icon name={iconOfType(node.type ?? '')} x={x + 10} y={y + 9} size={13} />
            <text className="lg-t big" x={x + 29} y={y + 20}>
              {cut(node.name || node.label, width - 40)}
            </text>
            <text className="lg-m" x={x + 10} y={y + 38}>
              {cut(node.type ?? '', width - 20)}
            </text>
            <path className="lg-hr" d={`M${x} ${y + 48.5}h${width}`} />
            <text className="lg-t" x={cxMiddle} y={y + 66} textAnchor="middle">
              {flip.text || node.version}
            </text>
          </>
        ) : isCard ? (
          <>
            <text className="lg-t" x={x + 10} y={y + 17}>
              {cut(node.label, width - 18)}
            </text>
            {isRun ? (
              <text className="lg-m" x={x + 10} y={y + 34}>
                {cut(isStack ? `${node.count} runs` : (node.state ?? 'run'), width - 18)}
              </text>
            ) : (
              <>
                <Icon name={iconOfType(node.type ?? '')} x={x + 9.5} y={y + 23.5} />
                <text className="lg-m" x={x + 26} y={y + 33.5}>
                  {cut(
                    isStack ? `${node.count} versions` : isLost ? `${node.type}, ${node.state}` : (node.type ?? ''),
                    width - 34,
                  )}
                </text>
              </>
            )}
            {node.is_stale && (
              <text className="lg-wt" x={x + 10} y={y + 52}>
                ▲ Changed since
              </text>
            )}
            {marks.map(({ alias, at, wide }) => {
              const left = x + 8 + at
              const top = y + height - 24
              return (
                <g key={alias}>
                  <path
                    className={cx('lg-mark', alias)}
                    d={`M${left + 4} ${top}H${left + wide - 4}L${left + wide} ${top + 4}V${top + 14}L${left + wide - 4} ${top + 18}H${left + 4}L${left} ${top + 14}V${top + 4}Z`}
                  />
                  {alias === 'production' && <circle className="lg-bead" cx={left + 9} cy={top + 9} r={2.5} />}
                  <text
                    className={cx('lg-k', alias)}
                    x={left + (alias === 'production' ? 15 : wide / 2)}
                    y={top + 13}
                    textAnchor={alias === 'production' ? 'start' : 'middle'}
                  >
                    {cut(alias, wide - 8)}
                  </text>
                </g>
              )
            })}
          </>
        ) : (
          <>
            {isStack ? (
              <text className="lg-n" x={cxMiddle} y={cyMiddle + 4} textAnchor="middle">
                {node.count}
              </text>
            ) : (
              <g
                className={`lg-i st-${node.state ?? 'finished'}`}
                transform={`translate(${cxMiddle - 7} ${cyMiddle - 7}) scale(.875)`}
              >
                <path d={STATE_GLYPHS[node.state ?? 'finished'] ?? STATE_GLYPHS.finished} />
              </g>
            )}
            <text className="lg-t lg-halo" x={cxMiddle} y={y + height + 15} textAnchor="middle">
              {cut(node.label, 112)}
            </text>
          </>
        )}
        {node.fault && <Icon name="flag" x={x + width - 16} y={y + 4} size={11} />}
      </g>
      {isRoot && (
        <>
          <Flip label="Older version" x={x + 7} y={y + 54} d="M9.7 4.4 6.2 8l3.5 3.6" onClick={flip.older} />
          <Flip label="Newer version" x={x + width - 23} y={y + 54} d="M6.3 4.4 9.8 8l-3.5 3.6" onClick={flip.newer} />
        </>
      )}
      {!isVertical && onMore && (node.hidden_up ?? 0) > 0 && (
        <Hop count={node.hidden_up ?? 0} x={x - 20} y={cyMiddle} to={x} onClick={onMore} />
      )}
      {!isVertical && onMore && (node.hidden_down ?? 0) > 0 && (
        <Hop count={node.hidden_down ?? 0} x={x + width + 20} y={cyMiddle} to={x + width} onClick={onMore} />
      )}
    </>
  )
}

function press(event: KeyboardEvent, act: () => void): void {
  if (event.key !== 'Enter' && event.key !== ' ') return
  event.preventDefault()
  event.stopPropagation()
  act()
}

function Flip({
  label,
  x,
  y,
  d,
  onClick,
}: {
  label: string
  x: number
  y: number
  d: string
  onClick: (() => void) | null
}) {
  if (!onClick) return null
  return (
    // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
    <g
      className="lg-flip"
      role="button"
      tabIndex={0}
      aria-label={label}
      transform={`translate(${x} ${y})`}
      onClick={onClick}
      onKeyDown={event => press(event, onClick)}
    >
      <rect width={16} height={16} className="hit" />
      <path d={d} />
    </g>
  )
}

function Hop({ count, x, y, to, onClick }: { count: number; x: number; y: number; to: number; onClick: () => void }) {
  return (
    // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
    <g
      className="lg-hop"
      role="button"
      tabIndex={0}
      aria-label={`Show ${count} more`}
      onClick={onClick}
      onKeyDown={event => press(event, onClick)}
    >
      <path className="lg-stub" d={`M${to} ${y}H${x}`} />
      <rect className="hit" transform={`translate(${x} ${y})`} x={-16} y={-16} width={32} height={32} />
      <rect x={x - 11} y={y - 10} width={22} height={20} rx={10} />
      <text x={x} y={y + 3.8} textAnchor="middle">
        +{count > 99 ? '99' : count}
      </text>
    </g>
  )
}

function Mini({ drawn, root, view, widthPx }: { drawn: GraphLayout; root: string; view: View; widthPx: number }) {
  const scale = 120 / drawn.width
  return (
    <div className="mini" aria-hidden="true">
      <svg width={120} height={Math.min(90, drawn.height * scale)} viewBox={`0 0 ${drawn.width} ${drawn.height}`}>
        {drawn.nodes.map(({ node, x, y, width, height }) => (
          <rect
            key={node.id}
            x={x}
            y={y}
            width={width}
            height={height}
            rx={6}
            className={cx(
              'mm',
              node.id === root && 'focus',
              node.aliases?.includes('production') && 'production',
              node.is_stale && 'warn',
            )}
          />
        ))}
        <rect
          className="vp"
          x={-view.x / view.scale}
          y={-view.y / view.scale}
          width={widthPx / view.scale}
          height={HEIGHT_PX / view.scale}
        />
      </svg>
    </div>
  )
}
