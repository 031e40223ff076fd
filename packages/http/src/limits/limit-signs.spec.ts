import { describe, expect, it } from 'vitest';
import { hidesLimit } from './limit-signs';

describe('hidesLimit', () => {
  it.each([
    ['GitHub', '{"message":"API rate limit exceeded for 192.0.2.1."}'],
    ['GitHub, secondary', '{"message":"You have exceeded a secondary rate limit."}'],
    ['GitHub, of old', '{"message":"You have triggered an abuse detection mechanism."}'],
    ['Google', '{"error":{"errors":[{"reason":"rateLimitExceeded"}]}}'],
    ['Google, by user', '{"error":{"errors":[{"reason":"userRateLimitExceeded"}]}}'],
    ['Google, by day', '{"error":{"errors":[{"reason":"dailyLimitExceeded"}]}}'],
    ['Google, quota', '{"error":{"code":403,"message":"Quota exceeded for quota metric \'Reads\'"}}'],
    ['Google Cloud', '{"error":{"status":"RESOURCE_EXHAUSTED"}}'],
    ['Salesforce', '[{"message":"TotalRequests Limit exceeded.","errorCode":"REQUEST_LIMIT_EXCEEDED"}]'],
    ['HubSpot', '{"errorType":"RATE_LIMIT","message":"You have reached your secondly limit."}'],
    ['LinkedIn', '{"message":"Throttle limit for calls to this resource is reached.","status":403}'],
    ['QuickBooks', 'message=ThrottleExceeded; errorCode=003001; statusCode=429'],
    ['Marketo', '{"errors":[{"message":"Max rate limit \'100\' exceeded with in \'20\' secs"}]}'],
    ['NetSuite', '{"o:errorCode":"CONCURRENCY_LIMIT_EXCEEDED"}'],
    ['Facebook', '{"error":{"message":"(#17) User request limit reached"}}'],
    ['Facebook, of an account', '{"error":{"message":"There have been too many calls to this ad-account."}}'],
    ['Amazon', '{"__type":"ThrottlingException","message":"Rate exceeded"}'],
    ['Amazon, of a table', '{"__type":"com.amazonaws#ProvisionedThroughputExceededException"}'],
    ['Amazon S3', '<Error><Code>SlowDown</Code></Error>'],
    [
      'Azure API Management',
      '{"message":"Out of call volume quota. Quota will be replenished in 01:12:45."}',
    ],
    ['Microsoft Graph', '{"error":{"code":"TooManyRequests"}}'],
    ['OneDrive', '{"error":{"code":"activityLimitReached","message":"The app has been throttled."}}'],
    ['Apigee', '{"fault":{"detail":{"errorcode":"policies.ratelimit.SpikeArrestViolation"}}}'],
    ['Apigee, quota', '{"fault":{"faultstring":"Rate limit quota violation. Quota limit  exceeded."}}'],
    ['Mashery', '<h1>Developer Over Qps</h1>'],
    ['api.data.gov', '{"error":{"code":"OVER_RATE_LIMIT"}}'],
    ['Slack', '{"ok":false,"error":"ratelimited"}'],
    ['Discord', '{"message":"You are being rate limited.","retry_after":64.57,"global":false}'],
    ['Django REST framework', '{"detail":"Request was throttled. Expected available in 5 seconds."}'],
    ['Shopify', '{"errors":[{"extensions":{"code":"THROTTLED"}}]}'],
    ['another', '{"message":"Calls per second limit exceeded"}'],
  ])('knows the words of %s', (_, body) => {
    for (const status of [400, 403, 420, 503]) expect(hidesLimit(status, {}, body)).toBe(true);
    for (const status of [200, 401, 404]) expect(hidesLimit(status, {}, body)).toBe(false);
  });

  it.each([
    [400, '{"message":"The request exceeded the maximum page size of 100"}'],
    [400, '{"message":"Query exceeded the maximum number of columns"}'],
    [413, 'Request exceeded maximum size'],
    [422, '{"message":"size limit exceeded"}'],
    [403, '{"message":"Your subscription does not include rate limit reports"}'],
    [403, '{"message":"Resource not accessible by integration"}'],
    // A query that is refused is quoted.
    [400, '{"errors":[{"message":"Cannot query field \\"throttled\\" on type \\"Account\\"."}]}'],
    [400, '{"errors":[{"message":"Cannot query field \'rateLimited\' on type \'Account\'."}]}'],
  ])('leaves %i %s what it is', (status, body) => expect(hidesLimit(status, {}, body)).toBe(false));

  it.each([
    [403, { 'retry-after': '5' }, true],
    [403, { 'x-ratelimit-remaining': '0' }, true],
    [403, { ratelimit: '"default";r=0;t=30' }, true],
    [403, { 'x-ratelimit-remaining': '4999', 'x-ratelimit-reset': '30' }, false],
    [503, { 'x-ratelimit-remaining': '0' }, true],
    // An error of the server that says when it may be over is one.
    [502, { 'retry-after': '5' }, false],
  ])('sees in a %i with %j: %s', (status, headers, is) => expect(hidesLimit(status, headers)).toBe(is));
});
