import { bypassesProxy } from '../../../scripts/aws/noProxy';

describe('NO_PROXY', () => {
  it.each([
    ['states.us-east-1.amazonaws.com', 'states.us-east-1.amazonaws.com'],
    ['amazonaws.com', 'states.us-east-1.amazonaws.com'],
    ['.amazonaws.com', 'states.us-east-1.amazonaws.com'],
    ['*.amazonaws.com', 'states.us-east-1.amazonaws.com'],
    ['AmazonAWS.com', 'STATES.us-east-1.amazonaws.com'],
    ['localhost, 127.0.0.1 amazonaws.com', 'states.us-east-1.amazonaws.com'],
    ['amazonaws.com:443', 'states.us-east-1.amazonaws.com'],
    ['10.0.0.7', '10.0.0.7'],
    ['::1', '::1'],
    ['[::1]:443', '::1'],
    ['*', 'anything.example'],
  ])('%s names %s', (noProxy, host) => {
    expect(bypassesProxy(host, 443, noProxy)).toBe(true);
  });

  it.each([
    ['', 'states.us-east-1.amazonaws.com'],
    [' ,', 'states.us-east-1.amazonaws.com'],
    ['aws.com', 'states.us-east-1.amazonaws.com'],
    ['states.us-east-1.amazonaws.com', 'amazonaws.com'],
    ['amazonaws.com:8443', 'states.us-east-1.amazonaws.com'],
    ['amazonaws.com.', 'states.us-east-1.amazonaws.com'],
    ['[::1]:8443', '::1'],
    ['::2', '::1'],
  ])('%s does not name %s', (noProxy, host) => {
    expect(bypassesProxy(host, 443, noProxy)).toBe(false);
  });
});
