/** The page where a person signs in. @param message what to say first; a text of ours, not of a request */
export const signInPage = (
  message = 'Sign in to read encrypted workflows in the Temporal UI.',
): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Codec server</title>
<style>body{font:16px system-ui;max-width:32rem;margin:4rem auto;padding:0 1rem}input,button{font:inherit;padding:.4rem}</style>
<h1>Codec server</h1>
<p>${message}</p>
<form method="post" action="/">
<label>Token <input name="token" type="password" autocomplete="current-password" required></label>
<button>Sign in</button>
</form>
`;
