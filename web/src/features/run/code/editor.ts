/** CodeMirror as this application wears it: read only, in the theme's own colours, languages by file name. Loaded when first needed. */

import { cpp } from '@codemirror/lang-cpp'
import { javascript } from '@codemirror/lang-javascript'
import { json } from '@codemirror/lang-json'
import { markdown } from '@codemirror/lang-markdown'
import { python } from '@codemirror/lang-python'
import { yaml } from '@codemirror/lang-yaml'
import { HighlightStyle, StreamLanguage, syntaxHighlighting } from '@codemirror/language'
import { diff } from '@codemirror/legacy-modes/mode/diff'
import { dockerFile } from '@codemirror/legacy-modes/mode/dockerfile'
import { shell } from '@codemirror/legacy-modes/mode/shell'
import { toml } from '@codemirror/legacy-modes/mode/toml'
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search'
import { EditorState, type Extension } from '@codemirror/state'
import { drawSelection, EditorView, keymap, lineNumbers } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { getNonce } from 'get-nonce'

const colours = HighlightStyle.define([
  {
    tag: [tags.keyword, tags.controlKeyword, tags.operatorKeyword, tags.definitionKeyword, tags.moduleKeyword],
    class: 'cm-k',
  },
  { tag: [tags.string, tags.special(tags.string), tags.inserted], class: 'cm-s' },
  {
    tag: [
      tags.function(tags.variableName),
      tags.definition(tags.function(tags.variableName)),
      tags.className,
      tags.propertyName,
      tags.heading,
    ],
    class: 'cm-f',
  },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], class: 'cm-m' },
  { tag: [tags.comment, tags.meta], class: 'cm-c' },
  { tag: tags.deleted, class: 'cm-d' },
])

export function languageOf(path: string): Extension {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase()
  if (name === 'dockerfile') return StreamLanguage.define(dockerFile)
  const suffix = name.slice(name.lastIndexOf('.') + 1)
  switch (suffix) {
    case 'py':
    case 'pyi':
    case 'pyx':
      return python()
    case 'js':
    case 'jsx':
    case 'mjs':
    case 'ts':
    case 'tsx':
      return javascript({ typescript: suffix.startsWith('t'), jsx: suffix.endsWith('x') })
    case 'json':
    case 'ipynb':
      return json()
    case 'yaml':
    case 'yml':
      return yaml()
    case 'md':
      return markdown()
    case 'c':
    case 'h':
    case 'cc':
    case 'cpp':
    case 'hpp':
    case 'cu':
    case 'cuh':
      return cpp()
    case 'sh':
    case 'bash':
      return StreamLanguage.define(shell)
    case 'toml':
    case 'lock':
    case 'cfg':
    case 'ini':
      return StreamLanguage.define(toml)
    case 'patch':
    case 'diff':
      return StreamLanguage.define(diff)
    default:
      return []
  }
}

/** What every view of code has. */
export function readOnly(path: string, label: string): Extension[] {
  const nonce = getNonce()
  return [
    EditorState.readOnly.of(true),
    EditorView.editable.of(false),
    EditorView.contentAttributes.of({ tabindex: '0', 'aria-label': label }),
    ...(nonce ? [EditorView.cspNonce.of(nonce)] : []),
    lineNumbers(),
    drawSelection(),
    search({ top: true }),
    highlightSelectionMatches(),
    keymap.of(searchKeymap),
    syntaxHighlighting(colours),
    languageOf(path),
  ]
}
