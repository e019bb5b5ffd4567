/** Starts the application: the sign-in link first, then the page. */

import { setNonce } from 'get-nonce'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { account } from '../data/account'
import type { ApiError } from '../data/client'
import { takeLinkToken } from '../features/signin/model'
import { App } from './App'
import './theme/tokens.css'
import './theme/index.css'

// Scroll locks of dialogs add a style element; the content security policy lets only those with the page's nonce in.
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce
if (nonce) setNonce(nonce)

async function signInByLink(token: string): Promise<string | null> {
  try {
    await account.signInWithLink(token)
    return null
  } catch (error) {
    const { status, detail } = error as ApiError
    if (status === 0 || status >= 500) return detail
    return 'This sign-in link was used already or is too old. For a new one run `assay server link` where the data is, or sign in with your password.'
  }
}

const token = takeLinkToken(location, history)
const linkError = token === null ? null : await signInByLink(token)

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <App linkError={linkError} />
  </StrictMode>,
)
