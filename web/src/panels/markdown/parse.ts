/**
 * Markdown to HTML that is safe to insert: GitHub's dialect without raw HTML (it is shown as text), then sanitised once more.
 * Formulas, live values and links to runs leave as marked elements that the view fills in.
 */

import DOMPurify, { type Config } from 'dompurify'
import markdownIt, { type MarkdownIt } from 'markdown-it'
import { sanitiserPolicy } from '../../ui/trusted'
import { colourCode } from './codeColours'

type Tokens = ReturnType<MarkdownIt['parse']>

const md = markdownIt({ html: false, linkify: true, highlight: colourCode })
md.use(math).use(live).use(taskLists).use(runLinks).use(images).use(people)

/** What somebody wrote, as a fragment. Nothing in it runs, loads from elsewhere or leaves the page by itself. */
export function renderMarkdown(text: string): DocumentFragment {
  const policy = sanitiserPolicy()
  return DOMPurify.sanitize(md.render(text), {
    ...(policy ? { TRUSTED_TYPES_POLICY: policy as unknown as NonNullable<Config['TRUSTED_TYPES_POLICY']> } : {}),
    RETURN_DOM_FRAGMENT: true,
    FORCE_BODY: true,
    ADD_ATTR: ['data-tex', 'data-display', 'data-live', 'data-run', 'data-name', 'target'],
    FORBID_TAGS: [
      'style',
      'form',
      'iframe',
      'object',
      'embed',
      'svg',
      'math',
      'video',
      'audio',
      'button',
      'select',
      'textarea',
    ],
    FORBID_ATTR: ['style', 'id', 'name'],
  })
}

/** Expressions between double braces, in their order. */
export function liveExpressions(text: string): string[] {
  return [...text.matchAll(LIVE)].map(found => (found[1] as string).trim())
}

const LIVE = /\{\{([^{}\n]{1,300})\}\}/g

const escaped = (text: string): string => md.utils.escapeHtml(text)

/** `{{…}}` anywhere in running text. */
function live(it: MarkdownIt): void {
  it.inline.ruler.before('escape', 'live', (state, silent) => {
    if (!state.src.startsWith('{{', state.pos)) return false
    const end = state.src.indexOf('}}', state.pos + 2)
    const said = end < 0 ? '' : state.src.slice(state.pos + 2, end)
    if (said === '' || /[{}\n]/.test(said)) return false
    if (!silent) state.push('live', 'span', 0).content = said.trim()
    state.pos = end + 2
    return true
  })
  it.renderer.rules.live = (tokens, i) => `<span data-live="${escaped(tokens[i]?.content ?? '')}">…</span>`
}

/** `$…$` within a line, `$$…$$` as a block or within text. A dollar before a digit's price stays a dollar. */
function math(it: MarkdownIt): void {
  it.inline.ruler.before('escape', 'math', (state, silent) => {
    const { src, pos } = state
    if (src[pos] !== '$') return false
    const fence = src.startsWith('$$', pos) ? '$$' : '$'
    const from = pos + fence.length
    if (/\s/.test(src[from] ?? ' ') && fence === '$') return false
    let end = src.indexOf(fence, from)
    while (end > 0 && src[end - 1] === '\\') end = src.indexOf(fence, end + 1)
    if (end <= from || (fence === '$' && (/\s/.test(src[end - 1] as string) || /\d/.test(src[end + 1] ?? ''))))
      return false
    if (!silent) {
      const token = state.push('math', 'span', 0)
      token.content = src.slice(from, end)
      token.meta = { isDisplay: fence === '$$' }
    }
    state.pos = end + fence.length
    return true
  })
  it.block.ruler.before('fence', 'math_block', (state, start, end, silent) => {
    const lineAt = (line: number): string =>
      state.src.slice((state.bMarks[line] ?? 0) + (state.tShift[line] ?? 0), state.eMarks[line] ?? 0)
    if (!lineAt(start).startsWith('$$')) return false
    const lines = [lineAt(start).slice(2)]
    let line = start
    while (!lines.at(-1)?.trimEnd().endsWith('$$')) {
      line++
      if (line >= end) return false
      lines.push(lineAt(line))
    }
    if (silent) return true
    const token = state.push('math', 'div', 0)
    token.block = true
    token.content = lines.join('\n').trimEnd().slice(0, -2).trim()
    token.meta = { isDisplay: true }
    state.line = line + 1
    return true
  })
  it.renderer.rules.math = (tokens, i) => {
    const token = tokens[i]
    const isDisplay = (token?.meta as { isDisplay?: boolean } | null)?.isDisplay === true
    const tex = escaped(token?.content ?? '')
    return `<span class="md-math${isDisplay ? ' block' : ''}" data-tex="${tex}"${isDisplay ? ' data-display="1"' : ''}>${tex}</span>`
  }
}

/** `- [x]` as a box that is ticked and cannot be clicked. */
function taskLists(it: MarkdownIt): void {
  it.core.ruler.after('inline', 'tasks', state => {
    const { tokens } = state
    tokens.forEach((token, i) => {
      const found = /^\[([ xX])\]\s+/.exec(token.content)
      if (token.type !== 'inline' || !found || tokens[i - 2]?.type !== 'list_item_open') return
      const isDone = found[1] !== ' '
      const [first] = token.children ?? []
      if (first?.type !== 'text') return
      first.content = first.content.replace(/^\[[ xX]\]\s+/, '')
      const box = new state.Token('task', '', 0)
      box.meta = { isDone }
      token.children?.unshift(box)
      tokens[i - 2]?.attrJoin('class', 'md-task')
    })
  })
  it.renderer.rules.task = (tokens, i) => {
    const isDone = (tokens[i]?.meta as { isDone?: boolean } | null)?.isDone === true
    return `<span class="task-box" role="img" aria-label="${isDone ? 'done' : 'to do'}">${isDone ? '✓' : ''}</span>`
  }
}

/** `[words](run:NAME)` is filled in by the view; a link elsewhere opens apart and tells nobody where from. */
function runLinks(it: MarkdownIt): void {
  it.core.ruler.push('run_links', state => {
    for (const token of eachInline(state.tokens)) {
      if (token.type !== 'link_open') continue
      const href = String(token.attrGet('href') ?? '')
      if (href.startsWith('run:')) {
        token.attrSet('href', '#')
        token.attrSet('data-run', decodeURIComponent(href.slice(4)))
      } else if (/^[a-z]+:/i.test(href)) {
        token.attrSet('target', '_blank')
        token.attrSet('rel', 'noopener noreferrer')
      }
    }
  })
}

/** `@name` apart from words: the view makes a chip of it where there is such a person. */
function people(it: MarkdownIt): void {
  it.core.ruler.push('people', state => {
    for (const block of state.tokens) {
      if (block.type !== 'inline' || !block.content.includes('@')) continue
      let depth = 0
      block.children = (block.children ?? []).flatMap(token => {
        if (token.type === 'link_open') depth++
        if (token.type === 'link_close') depth--
        if (token.type !== 'text' || depth > 0) return [token]
        const pieces: Tokens = []
        let end = 0
        const add = (type: string, content: string): void => {
          if (content === '') return
          const piece = new state.Token(type, '', 0)
          piece.content = content
          pieces.push(piece)
        }
        for (const found of token.content.matchAll(NAME)) {
          add('text', token.content.slice(end, found.index))
          add('person', found[1] as string)
          end = found.index + found[0].length
        }
        add('text', token.content.slice(end))
        return pieces
      })
    }
  })
  it.renderer.rules.person = (tokens, i) => {
    const name = escaped(tokens[i]?.content ?? '')
    return `<span data-name="${name}">@${name}</span>`
  }
}

/** As the server reads it. */
const NAME = /(?<![\w@./-])@([A-Za-z0-9_-](?:[A-Za-z0-9_.-]{0,126}[A-Za-z0-9_-])?)/g

/** Pictures of this server and pictures in the text itself are shown; others become links, because loading them tells on the reader. */
function images(it: MarkdownIt): void {
  it.renderer.rules.image = (tokens, i, options, env, self) => {
    const token = tokens[i]
    const source = String(token?.attrGet('src') ?? '')
    const text = self.renderInlineAsText(token?.children ?? [], options, env) || 'picture'
    if (/^data:image\/(png|jpeg|gif|webp);/.test(source) || !/^([a-z]+:|\/\/)/i.test(source))
      return `<img src="${escaped(source)}" alt="${escaped(text)}" loading="lazy">`
    return `<a href="${escaped(source)}" target="_blank" rel="noopener noreferrer">${escaped(text)}</a>`
  }
}

function* eachInline(tokens: Tokens): Generator<Tokens[number]> {
  for (const token of tokens) if (token.type === 'inline') yield* token.children ?? []
}
