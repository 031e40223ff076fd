// An API that takes access tokens of oidc-provider, and the provider itself, on one port.
import express from 'express';
import { Provider } from 'oidc-provider';

const [port, client_id, client_secret] = process.argv.slice(2);
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id,
      client_secret,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
      token_endpoint_auth_method: 'client_secret_basic',
    },
  ],
  features: { clientCredentials: { enabled: true }, devInteractions: { enabled: false } },
});

const items = new Map();
const app = express();
app.use('/items', express.json(), async (request, response, next) => {
  const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  const found = token && (await provider.ClientCredentials.find(token));
  // Who changes items is the test itself.
  if (request.method === 'GET' && !found) return response.status(401).json({ error: 'invalid_token' });
  next();
});
app.get('/items', (_, response) => response.json([...items.values()]));
app.put('/items/:id', (request, response) => {
  items.set(request.params.id, request.body);
  response.status(204).end();
});
app.delete('/items/:id', (request, response) => {
  items.delete(request.params.id);
  response.status(204).end();
});
app.use(provider.callback());
app.listen(Number(port), '127.0.0.1');
