/// What the server answers at `/openapi.json`.
///
/// Made of `docs/openapi.yaml` by `Scripts/openapi`; never edited by hand.
enum OpenAPIDocument {
    /// The document, OpenAPI 3.1 as JSON.
    static let json: StaticString = #"""
        {"components":{"responses":{"Error":{"content":{"application/json":{"schema":{"$ref":"#/co\#
        mponents/schemas/Error"}}},"description":"An error with a code, what is wrong and what to\#
         do, in two languages."},"MethodNotAllowed":{"content":{"application/json":{"schema":{"$re\#
        f":"#/components/schemas/Error"}}},"description":"The address does not take the method, `h\#
        ttp.method`.","headers":{"Allow":{"description":"The methods that it takes.","schema":{"ty\#
        pe":"string"}}}},"NotFound":{"content":{"application/json":{"schema":{"$ref":"#/components\#
        /schemas/Error"}}},"description":"There is nothing at the address, `http.not_found`."},"OA\#
        uthError":{"content":{"application/json":{"schema":{"oneOf":[{"$ref":"#/components/schemas\#
        /OAuthError"},{"$ref":"#/components/schemas/Error"}]}}},"description":"An error of RFC 674\#
        9 or RFC 8628; of the other shape where the message itself was refused, `http.\u2026`."},"\#
        Refused":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Error"}}},\#
        "description":"The request broke a rule of HTTP or a limit, or came too slowly (`http.head\#
        _timeout`, `http.body_timeout`). The\nconnection is closed if the answer says so (`Connect\#
        ion: close`): always, but for a body that is too large by\nwhat its head declares and that\#
         the server can pass over (64 KiB). What was sent may not have been taken.\n"},"TooMany":{\#
        "content":{"application/json":{"schema":{"$ref":"#/components/schemas/Error"}}},"descripti\#
        on":"Too many requests of this sign-in or agency are open at once, or a device or an addre\#
        ss asks too fast, or a person has tried too many codes; `code` says which. Nothing was tak\#
        en.","headers":{"Retry-After":{"description":"Seconds.","schema":{"type":"integer"}}}},"Un\#
        available":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Error"}}\#
        },"description":"Busy, stopping, or the store cannot be read or written. Nothing was taken\#
        .","headers":{"Retry-After":{"description":"Seconds.","schema":{"type":"integer"}}}}},"sch\#
        emas":{"Base64URL":{"pattern":"^[A-Za-z0-9_-]*$","type":"string"},"Count":{"minimum":0,"ty\#
        pe":"integer"},"Depth":{"default":0,"maximum":64,"minimum":0,"type":"integer"},"DeviceAuth\#
        orization":{"properties":{"device_code":{"type":"string"},"expires_in":{"type":"integer"},\#
        "interval":{"type":"integer"},"user_code":{"pattern":"^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJK\#
        LMNPQRSTVWXZ]{4}$","type":"string"},"verification_uri":{"description":"A page under the se\#
        rver's public address that tells how a code is confirmed.","format":"uri","type":"string"}\#
        ,"verification_uri_complete":{"description":"The same for this code.","format":"uri","type\#
        ":"string"}},"required":["device_code","expires_in","interval","user_code","verification_u\#
        ri","verification_uri_complete"],"type":"object"},"Dot":{"pattern":"^[0-9a-f]{16}\\.(0|[1-\#
        9][0-9]*)$","type":"string"},"Error":{"properties":{"error":{"properties":{"advice":{"desc\#
        ription":"What to do, in English.","type":"string"},"advice_th":{"type":"string"},"code":{\#
        "examples":["http.body_too_large"],"type":"string"},"message":{"description":"What is wron\#
        g, in English.","type":"string"},"message_th":{"type":"string"},"position":{"description":\#
        "The byte of the head or of the body, or the line of a body of lines.","minimum":0,"type":\#
        "integer"}},"required":["code","message","message_th","advice","advice_th"],"type":"object\#
        "}},"required":["error"],"type":"object"},"FeedAnswerLine":{"oneOf":[{"properties":{"from"\#
        :{"type":"integer"},"status":{"enum":["applied","unchanged","stale"]},"to":{"type":"intege\#
        r"}},"required":["from","to","status"],"type":"object"},{"properties":{"advice":{"type":"s\#
        tring"},"code":{"type":"string"},"line":{"type":"integer"},"member":{"type":"string"},"mes\#
        sage":{"type":"string"},"offset":{"type":"integer"},"status":{"const":"refused"}},"require\#
        d":["line","status","code","message","advice"],"type":"object"},{"properties":{"applied":{\#
        "type":"integer"},"lines":{"type":"integer"},"refused":{"type":"integer"},"stale":{"type":\#
        "integer"},"status":{"const":"done"},"unchanged":{"type":"integer"}},"required":["status",\#
        "lines","applied","unchanged","stale","refused"],"type":"object"},{"$ref":"#/components/sc\#
        hemas/FeedStopped"}]},"FeedLine":{"additionalProperties":false,"oneOf":[{"required":["body\#
        "]},{"required":["deleted"]}],"properties":{"agency":{"$ref":"#/components/schemas/Identif\#
        ier"},"as_of":{"maximum":253402300799999,"minimum":0,"type":"integer"},"body":{"type":"obj\#
        ect"},"deleted":{"const":1},"id":{"$ref":"#/components/schemas/Identifier"},"pid":{"patter\#
        n":"^[0-9]{13}$","type":"string"},"source_version":{"minimum":1,"type":"integer"},"subject\#
        ":{"$ref":"#/components/schemas/Identifier"},"table":{"$ref":"#/components/schemas/Identif\#
        ier"}},"required":["table","id","as_of","source_version"],"type":"object"},"FeedStopped":{\#
        "properties":{"advice":{"type":"string"},"code":{"enum":["server.busy","server.storage"]},\#
        "message":{"type":"string"},"status":{"const":"stopped"}},"required":["status","code","mes\#
        sage","advice"],"type":"object"},"Hashes":{"description":"Ascending, none twice.","items":\#
        {"$ref":"#/components/schemas/Sum"},"type":"array"},"Identifier":{"pattern":"^[A-Za-z0-9_.\#
        :-]{1,128}$","type":"string"},"Link":{"pattern":"^[0-9a-f]{16}$","type":"string"},"Mutatio\#
        n":{"properties":{"chain":{"$ref":"#/components/schemas/Link"},"frame":{"const":"mutation"\#
        },"mid":{"minimum":1,"type":"integer"},"operations":{"items":{"$ref":"#/components/schemas\#
        /Operation"},"maxItems":64,"type":"array"},"origin":{"description":"The name it had first,\#
         as device, mid and link, if that was another one.","pattern":"^[0-9a-f]{16}\\.[1-9][0-9]*\#
        \\.[0-9a-f]{16}$","type":"string"},"schema":{"minimum":0,"type":"integer"},"time":{"$ref":\#
        "#/components/schemas/Time"}},"required":["frame","mid","time","schema","chain","operation\#
        s"],"type":"object"},"OAuthError":{"properties":{"error":{"enum":["authorization_pending",\#
        "access_denied","expired_token","invalid_grant","invalid_request","unsupported_grant_type"\#
        ]},"error_description":{"type":"string"}},"required":["error"],"type":"object"},"Operation\#
        ":{"properties":{"do":{"enum":["create","delete","set","raise","mark","add","remove","incr\#
        ement","write","submit"]},"dots":{"items":{"$ref":"#/components/schemas/Dot"},"maxItems":1\#
        024,"type":"array"},"field":{"$ref":"#/components/schemas/Identifier"},"id":{"$ref":"#/com\#
        ponents/schemas/Identifier"},"number":{"description":"For raise and increment.","type":"in\#
        teger"},"table":{"$ref":"#/components/schemas/Identifier"},"text":{"description":"For add,\#
         remove and write.","type":"string"},"value":{"description":"For set and submit."}},"requi\#
        red":["do","table","id"],"type":"object"},"Parts":{"items":{"properties":{"count":{"$ref":\#
        "#/components/schemas/Count"},"sum":{"$ref":"#/components/schemas/Sum"}},"required":["coun\#
        t","sum"],"type":"object"},"type":"array"},"Push":{"properties":{"base_chain":{"$ref":"#/c\#
        omponents/schemas/Link"},"frame":{"const":"push"}},"required":["frame","base_chain"],"type\#
        ":"object"},"ReconcileRequestFrame":{"description":"One line of a request for repair; the\#
         first is `reconcile`.","oneOf":[{"properties":{"bytes_max":{"default":262144,"minimum":0,\#
        "type":"integer"},"frame":{"const":"reconcile"},"goes_on":{"default":0,"enum":[0,1]},"mism\#
        atch":{"default":0,"description":"1 where a checkpoint did not add up.","enum":[0,1]},"sch\#
        ema":{"default":1,"minimum":0,"type":"integer"}},"required":["frame"],"type":"object"},{"p\#
        roperties":{"bucket":{"type":"string"},"depth":{"$ref":"#/components/schemas/Depth"},"fram\#
        e":{"const":"sums"},"low":{"$ref":"#/components/schemas/Link"},"parts":{"$ref":"#/componen\#
        ts/schemas/Parts"},"split":{"maximum":8,"minimum":0,"type":"integer"}},"required":["frame"\#
        ,"bucket","split","parts"],"type":"object"},{"properties":{"bucket":{"type":"string"},"dep\#
        th":{"$ref":"#/components/schemas/Depth"},"frame":{"const":"items"},"hashes":{"$ref":"#/co\#
        mponents/schemas/Hashes"},"low":{"$ref":"#/components/schemas/Link"}},"required":["frame",\#
        "bucket","hashes"],"type":"object"}]},"RequestFrame":{"description":"One line of a request\#
        .","oneOf":[{"$ref":"#/components/schemas/Sync"},{"$ref":"#/components/schemas/Push"},{"$r\#
        ef":"#/components/schemas/Mutation"}]},"ResponseFrame":{"description":"One line of an answ\#
        er.","oneOf":[{"properties":{"frame":{"const":"hello"},"magic":{"const":"TRS1"},"server_ms\#
        ":{"type":"integer"}},"required":["frame","magic","server_ms"],"type":"object"},{"properti\#
        es":{"ahead":{"$ref":"#/components/schemas/Count"},"bucket":{"type":"string"},"count":{"$r\#
        ef":"#/components/schemas/Count"},"epoch":{"$ref":"#/components/schemas/Count"},"frame":{"\#
        const":"bucket"},"head":{"$ref":"#/components/schemas/Count"},"lease_until":{"$ref":"#/com\#
        ponents/schemas/Count"},"priority":{"$ref":"#/components/schemas/Count"},"sum":{"$ref":"#/\#
        components/schemas/Sum"}},"required":["frame","bucket","epoch","head","count","sum","prior\#
        ity","lease_until","ahead"],"type":"object"},{"properties":{"bucket":{"type":"string"},"fr\#
        ame":{"const":"bucket_gone"}},"required":["frame","bucket"],"type":"object"},{"properties"\#
        :{"as_of":{"type":"integer"},"body":{"type":"object"},"bucket":{"type":"string"},"frame":{\#
        "const":"row"},"id":{"$ref":"#/components/schemas/Identifier"},"owner":{"$ref":"#/componen\#
        ts/schemas/Identifier"},"rev":{"$ref":"#/components/schemas/Count"},"source_version":{"typ\#
        e":"integer"},"table":{"$ref":"#/components/schemas/Identifier"}},"required":["frame","buc\#
        ket","table","id","owner","rev","as_of","source_version","body"],"type":"object"},{"proper\#
        ties":{"bucket":{"type":"string"},"frame":{"const":"tombstone"},"id":{"$ref":"#/components\#
        /schemas/Identifier"},"rev":{"$ref":"#/components/schemas/Count"},"table":{"$ref":"#/compo\#
        nents/schemas/Identifier"}},"required":["frame","bucket","table","id","rev"],"type":"objec\#
        t"},{"properties":{"code":{"type":"string"},"detail":{"type":"string"},"first":{"$ref":"#/\#
        components/schemas/Count"},"frame":{"const":"outcomes"},"last":{"$ref":"#/components/schem\#
        as/Count"},"status":{"enum":["accepted","merged","refused"]}},"required":["frame","first",\#
        "last","status","code","detail"],"type":"object"},{"description":"An end; more is to come.\#
        ","properties":{"cursor":{"$ref":"#/components/schemas/Base64URL"},"frame":{"const":"page"\#
        },"rows":{"$ref":"#/components/schemas/Count"},"sum":{"$ref":"#/components/schemas/Sum"}},\#
        "required":["frame","cursor","rows","sum"],"type":"object"},{"description":"An end; the mi\#
        rror is complete.","properties":{"acked_chain":{"$ref":"#/components/schemas/Link"},"acked\#
        _mid":{"$ref":"#/components/schemas/Count"},"cursor":{"$ref":"#/components/schemas/Base64U\#
        RL"},"frame":{"const":"checkpoint"},"lineage":{"$ref":"#/components/schemas/Base64URL"},"r\#
        ows":{"$ref":"#/components/schemas/Count"},"sum":{"$ref":"#/components/schemas/Sum"}},"req\#
        uired":["frame","cursor","rows","sum","acked_mid","acked_chain","lineage"],"type":"object"\#
        },{"description":"An end without rows.","properties":{"acked_mid":{"$ref":"#/components/sc\#
        hemas/Count"},"frame":{"enum":["unchanged","pushed"]}},"required":["frame","acked_mid"],"t\#
        ype":"object"},{"description":"An end; compare what is held by `/v1/reconcile`, or begin a\#
        gain with an empty cursor.","properties":{"frame":{"const":"restart"},"reason":{"enum":["c\#
        ursor.invalid","cursor.lineage","cursor.floor","cursor.epoch","cursor.future"]}},"required\#
        ":["frame","reason"],"type":"object"},{"description":"An end; the rest of the push was not\#
         taken.","properties":{"acked_mid":{"$ref":"#/components/schemas/Count"},"code":{"examples\#
        ":["push.gap","push.forked"],"type":"string"},"frame":{"const":"error"},"message":{"type":\#
        "string"},"retry_after_ms":{"$ref":"#/components/schemas/Count"}},"required":["frame","cod\#
        e","message","retry_after_ms","acked_mid"],"type":"object"},{"description":"What the serve\#
        r holds of a range that differs; one of the answers of `/v1/reconcile`.","properties":{"bu\#
        cket":{"type":"string"},"depth":{"$ref":"#/components/schemas/Depth"},"frame":{"const":"pa\#
        rts"},"low":{"$ref":"#/components/schemas/Link"},"parts":{"$ref":"#/components/schemas/Par\#
        ts"},"split":{"maximum":8,"minimum":0,"type":"integer"}},"required":["frame","bucket","dep\#
        th","low","split","parts"],"type":"object"},{"description":"Rows that the server has not."\#
        ,"properties":{"bucket":{"type":"string"},"frame":{"const":"surplus"},"hashes":{"$ref":"#/\#
        components/schemas/Hashes"}},"required":["frame","bucket","hashes"],"type":"object"},{"des\#
        cription":"The end of an answer of `/v1/reconcile`.","properties":{"answered":{"$ref":"#/c\#
        omponents/schemas/Count"},"cursor":{"$ref":"#/components/schemas/Base64URL"},"frame":{"con\#
        st":"reconciled"},"rows":{"$ref":"#/components/schemas/Count"},"sum":{"$ref":"#/components\#
        /schemas/Sum"}},"required":["frame","cursor","rows","sum","answered"],"type":"object"}]},"\#
        Sum":{"pattern":"^[0-9a-f]{32}$","type":"string"},"Sync":{"properties":{"bytes_max":{"defa\#
        ult":262144,"minimum":0,"type":"integer"},"checkpoint":{"default":0,"description":"1 asks\#
         for a checkpoint also where nothing is new.","enum":[0,1]},"cursor":{"$ref":"#/components\#
        /schemas/Base64URL"},"frame":{"const":"sync"},"outcomes_seen":{"default":0,"minimum":0,"ty\#
        pe":"integer"},"priority_max":{"default":9,"description":"Not used yet.","minimum":0,"type\#
        ":"integer"},"rows_max":{"default":10000,"minimum":0,"type":"integer"},"schema":{"default"\#
        :1,"minimum":0,"type":"integer"}},"required":["frame"],"type":"object"},"Time":{"pattern":\#
        "^[0-9a-f]{16}-[0-9a-f]{16}$","type":"string"},"Tokens":{"properties":{"access_token":{"pa\#
        ttern":"^tra_","type":"string"},"device_id":{"$ref":"#/components/schemas/Link","descripti\#
        on":"The device that the sign-in named, if it may go on; else a new one."},"expires_in":{"\#
        type":"integer"},"refresh_token":{"pattern":"^trr_","type":"string"},"subject":{"$ref":"#/\#
        components/schemas/Identifier"},"token_type":{"const":"Bearer"}},"required":["access_token\#
        ","device_id","expires_in","refresh_token","subject","token_type"],"type":"object"}},"secu\#
        ritySchemes":{"agency":{"description":"An agency's key, trk_\u2026","scheme":"bearer","typ\#
        e":"http"},"device":{"description":"An access token, tra_\u2026","scheme":"bearer","type":\#
        "http"}}},"info":{"description":"The binary form of `/v1/sync` and all rules are in protoc\#
        ol.md. Nothing here is planned: it describes what the\nserver answers now.\n\nAny other ad\#
        dress is answered 404 (`#/components/responses/NotFound`). Before an address is looked at,\#
         a message that\nbreaks a rule of HTTP is refused with 400, 408, 413, 414, 417, 431, 501,\#
         503 or 505, and the connection is closed.\n`HEAD` is answered where `GET` is, but for `/v\#
        1/live`.\n","license":{"identifier":"Apache-2.0","name":"Apache-2.0"},"summary":"What is J\#
        SON in the sync server's interface.","title":"TangRat Sync","version":"0.1.0"},"openapi":"\#
        3.1.0","paths":{"/.well-known/oauth-authorization-server":{"get":{"operationId":"authorisa\#
        tionMetadata","responses":{"200":{"content":{"application/json":{"schema":{"properties":{"\#
        device_authorization_endpoint":{"format":"uri","type":"string"},"grant_types_supported":{"\#
        items":{"type":"string"},"type":"array"},"issuer":{"format":"uri","type":"string"},"respon\#
        se_types_supported":{"items":{"type":"string"},"maxItems":0,"type":"array"},"revocation_en\#
        dpoint":{"format":"uri","type":"string"},"revocation_endpoint_auth_methods_supported":{"it\#
        ems":{"const":"none"},"type":"array"},"service_documentation":{"format":"uri","type":"stri\#
        ng"},"token_endpoint":{"format":"uri","type":"string"},"token_endpoint_auth_methods_suppor\#
        ted":{"items":{"const":"none"},"type":"array"}},"required":["issuer","token_endpoint","dev\#
        ice_authorization_endpoint","revocation_endpoint","grant_types_supported","response_types_\#
        supported"],"type":"object"}}},"description":"The addresses, under the server's public add\#
        ress, and the ways to sign in."},"400":{"$ref":"#/components/responses/Error"},"405":{"$re\#
        f":"#/components/responses/MethodNotAllowed"},"408":{"$ref":"#/components/responses/Refuse\#
        d"}},"security":[],"summary":"What a program must know to sign a device in (RFC 8414).","t\#
        ags":["sign-in"]}},"/device":{"get":{"operationId":"verification","responses":{"200":{"con\#
        tent":{"text/html":{"schema":{"type":"string"}}},"description":"Without a form or a script\#
        . It says nothing about any code."},"400":{"$ref":"#/components/responses/Error"},"405":{"\#
        $ref":"#/components/responses/MethodNotAllowed"},"408":{"$ref":"#/components/responses/Ref\#
        used"}},"security":[],"summary":"A page for people that tells how a sign-in is confirmed."\#
        ,"tags":["sign-in"]}},"/device/{user_code}":{"get":{"operationId":"verificationOfCode","pa\#
        rameters":[{"in":"path","name":"user_code","required":true,"schema":{"type":"string"}}],"r\#
        esponses":{"200":{"content":{"text/html":{"schema":{"type":"string"}}},"description":"As w\#
        ithout a code."},"400":{"$ref":"#/components/responses/Error"},"405":{"$ref":"#/components\#
        /responses/MethodNotAllowed"},"408":{"$ref":"#/components/responses/Refused"}},"security":\#
        [],"summary":"The same page for one code.","tags":["sign-in"]}},"/healthz":{"get":{"operat\#
        ionId":"health","responses":{"200":{"content":{"application/json":{"schema":{"properties":\#
        {"status":{"const":"ok"}},"required":["status"],"type":"object"}}},"description":"It does.\#
        "},"400":{"$ref":"#/components/responses/Error"},"405":{"$ref":"#/components/responses/Met\#
        hodNotAllowed"},"408":{"$ref":"#/components/responses/Refused"}},"security":[],"summary":"\#
        Whether the process answers.","tags":["operations"]}},"/metrics":{"get":{"operationId":"me\#
        trics","responses":{"200":{"content":{"text/plain":{"schema":{"type":"string"}}},"descript\#
        ion":"No counter names a person."},"400":{"$ref":"#/components/responses/Error"},"405":{"$\#
        ref":"#/components/responses/MethodNotAllowed"},"408":{"$ref":"#/components/responses/Refu\#
        sed"}},"security":[],"summary":"Counters in the text format of Prometheus.","tags":["opera\#
        tions"]}},"/openapi.json":{"get":{"operationId":"openapi","responses":{"200":{"content":{"\#
        application/json":{"schema":{"required":["openapi","info","paths"],"type":"object"}}},"des\#
        cription":"OpenAPI 3.1."},"400":{"$ref":"#/components/responses/Error"},"405":{"$ref":"#/c\#
        omponents/responses/MethodNotAllowed"},"408":{"$ref":"#/components/responses/Refused"}},"s\#
        ecurity":[],"summary":"This document, as JSON.","tags":["operations"]}},"/readyz":{"get":{\#
        "operationId":"ready","responses":{"200":{"content":{"application/json":{"schema":{"proper\#
        ties":{"status":{"const":"ready"}},"required":["status"],"type":"object"}}},"description":\#
        "They are."},"400":{"$ref":"#/components/responses/Error"},"405":{"$ref":"#/components/res\#
        ponses/MethodNotAllowed"},"408":{"$ref":"#/components/responses/Refused"},"503":{"$ref":"#\#
        /components/responses/Unavailable"}},"security":[],"summary":"Whether requests are taken."\#
        ,"tags":["operations"]}},"/v1/agency/records":{"post":{"operationId":"feed","requestBody":\#
        {"content":{"application/x-ndjson":{"schema":{"$ref":"#/components/schemas/FeedLine"}}},"d\#
        escription":"Rows, one a line; none is a feed of no rows.","required":false},"responses":{\#
        "200":{"content":{"application/x-ndjson":{"schema":{"$ref":"#/components/schemas/FeedAnswe\#
        rLine"}}},"description":"Lines as the feed is taken; the last one has the status `done`."}\#
        ,"400":{"$ref":"#/components/responses/Error"},"401":{"$ref":"#/components/responses/Error\#
        "},"405":{"$ref":"#/components/responses/MethodNotAllowed"},"408":{"$ref":"#/components/re\#
        sponses/Refused"},"415":{"$ref":"#/components/responses/Error"},"429":{"$ref":"#/component\#
        s/responses/TooMany"},"503":{"$ref":"#/components/responses/Unavailable"}},"security":[{"a\#
        gency":[]}],"summary":"Takes an agency's rows, of any number.","tags":["feed"]}},"/v1/devi\#
        ces":{"get":{"operationId":"listDevices","responses":{"200":{"content":{"application/json"\#
        :{"schema":{"properties":{"devices":{"items":{"properties":{"added_ms":{"description":"Whe\#
        n it signed in.","format":"int64","type":"integer"},"current":{"description":"Whether it i\#
        s the one that asks.","enum":[0,1]},"device_id":{"$ref":"#/components/schemas/Link"},"name\#
        ":{"description":"What it called itself.","type":"string"},"wrote_ms":{"description":"When\#
         it last wrote; 0 if never.","format":"int64","type":"integer"}},"required":["added_ms","c\#
        urrent","device_id","name","wrote_ms"],"type":"object"},"maxItems":100,"type":"array"}},"r\#
        equired":["devices"],"type":"object"}}},"description":"At most 100."},"400":{"$ref":"#/com\#
        ponents/responses/Error"},"401":{"$ref":"#/components/responses/Error"},"405":{"$ref":"#/c\#
        omponents/responses/MethodNotAllowed"},"408":{"$ref":"#/components/responses/Refused"},"42\#
        9":{"$ref":"#/components/responses/TooMany"},"503":{"$ref":"#/components/responses/Unavail\#
        able"}},"security":[{"device":[]}],"summary":"The devices of the person who asks, whose ri\#
        ghts have not ended, the newest first.","tags":["sign-in"]}},"/v1/devices/end":{"post":{"o\#
        perationId":"endDevice","requestBody":{"content":{"application/x-www-form-urlencoded":{"sc\#
        hema":{"properties":{"device":{"pattern":"^[0-9a-f]{16}$","type":"string"}},"required":["d\#
        evice"],"type":"object"}}},"required":true},"responses":{"200":{"content":{"application/js\#
        on":{"schema":{"properties":{"ended":{"enum":[0,1]}},"required":["ended"],"type":"object"}\#
        }},"description":"Whether it is one of the person's, and has no rights now. A device of so\#
        mebody else is answered like one that\nis not known.\n"},"400":{"$ref":"#/components/respo\#
        nses/OAuthError"},"401":{"$ref":"#/components/responses/Error"},"405":{"$ref":"#/component\#
        s/responses/MethodNotAllowed"},"408":{"$ref":"#/components/responses/Refused"},"413":{"$re\#
        f":"#/components/responses/Refused"},"415":{"$ref":"#/components/responses/Error"},"429":{\#
        "$ref":"#/components/responses/TooMany"},"503":{"$ref":"#/components/responses/Unavailable\#
        "}},"security":[{"device":[]}],"summary":"Ends the rights of a device of the same person."\#
        ,"tags":["sign-in"]}},"/v1/devices/replace":{"post":{"operationId":"replaceDevice","reques\#
        tBody":{"content":{"application/x-www-form-urlencoded":{"schema":{"properties":{"after":{"\#
        format":"int64","minimum":0,"type":"integer"},"device":{"pattern":"^[0-9a-f]{16}$","type":\#
        "string"}},"required":["device","after"],"type":"object"}}},"required":true},"responses":{\#
        "200":{"content":{"application/json":{"schema":{"properties":{"chains":{"pattern":"^([0-9a\#
        -f]{16}){0,1000}$","type":"string"},"last":{"format":"int64","type":"integer"},"took_effec\#
        t":{"pattern":"^[01]{0,1000}$","type":"string"}},"required":["chains","last","took_effect"\#
        ],"type":"object"}}},"description":"What the device did after that mutation; nothing of a\#
         device that is not known."},"400":{"$ref":"#/components/responses/OAuthError"},"401":{"$r\#
        ef":"#/components/responses/Error"},"405":{"$ref":"#/components/responses/MethodNotAllowed\#
        "},"408":{"$ref":"#/components/responses/Refused"},"413":{"$ref":"#/components/responses/R\#
        efused"},"415":{"$ref":"#/components/responses/Error"},"429":{"$ref":"#/components/respons\#
        es/TooMany"},"503":{"$ref":"#/components/responses/Unavailable"}},"security":[{"device":[]\#
        }],"summary":"Ends the rights of a device of the same person, and tells which of its write\#
        s were taken.","tags":["sign-in"]}},"/v1/live":{"get":{"operationId":"live","responses":{"\#
        200":{"content":{"text/event-stream":{"schema":{"type":"string"}}},"description":"Events `\#
        moved` and `revoked`; a comment every 25 s."},"400":{"$ref":"#/components/responses/Error"\#
        },"401":{"$ref":"#/components/responses/Error"},"405":{"$ref":"#/components/responses/Meth\#
        odNotAllowed"},"408":{"$ref":"#/components/responses/Refused"},"429":{"$ref":"#/components\#
        /responses/TooMany"},"503":{"$ref":"#/components/responses/Unavailable"}},"security":[{"de\#
        vice":[]}],"summary":"Says when something moved.","tags":["sync"]}},"/v1/oauth/decision":{\#
        "post":{"description":"Answered 404 unless an identity provider is configured. The asserti\#
        on proves itself; see section 3 of protocol.md.\n","operationId":"decideSignIn","requestBo\#
        dy":{"content":{"application/x-www-form-urlencoded":{"schema":{"properties":{"assertion":{\#
        "description":"A compact JWS with HS256.","type":"string"}},"required":["assertion"],"type\#
        ":"object"}}},"required":true},"responses":{"200":{"content":{"application/json":{"schema"\#
        :{"properties":{"device_name":{"description":"What the device calls itself.","type":"strin\#
        g"}},"required":["device_name"],"type":"object"}}},"description":"Done, once."},"400":{"$r\#
        ef":"#/components/responses/Error"},"404":{"$ref":"#/components/responses/NotFound"},"405"\#
        :{"$ref":"#/components/responses/MethodNotAllowed"},"408":{"$ref":"#/components/responses/\#
        Refused"},"413":{"$ref":"#/components/responses/Refused"},"415":{"$ref":"#/components/resp\#
        onses/Error"},"429":{"$ref":"#/components/responses/TooMany"},"503":{"$ref":"#/components/\#
        responses/Unavailable"}},"security":[],"summary":"What a person has decided about a sign-i\#
        n, from the gateway of an identity provider.","tags":["sign-in"]}},"/v1/oauth/device_autho\#
        rization":{"post":{"operationId":"beginSignIn","requestBody":{"content":{"application/x-ww\#
        w-form-urlencoded":{"schema":{"properties":{"client_id":{"minLength":1,"type":"string"},"d\#
        evice_id":{"$ref":"#/components/schemas/Link","description":"The device that this one has\#
         been."},"device_name":{"description":"Cut to 80 bytes.","type":"string"}},"required":["cl\#
        ient_id"],"type":"object"}}},"required":true},"responses":{"200":{"content":{"application/\#
        json":{"schema":{"$ref":"#/components/schemas/DeviceAuthorization"}}},"description":"A cod\#
        e to show to the person."},"400":{"$ref":"#/components/responses/OAuthError"},"405":{"$ref\#
        ":"#/components/responses/MethodNotAllowed"},"408":{"$ref":"#/components/responses/Refused\#
        "},"413":{"$ref":"#/components/responses/Refused"},"415":{"$ref":"#/components/responses/E\#
        rror"},"429":{"$ref":"#/components/responses/TooMany"},"503":{"$ref":"#/components/respons\#
        es/Unavailable"}},"security":[],"summary":"Begins a sign-in (RFC 8628).","tags":["sign-in"\#
        ]}},"/v1/oauth/revoke":{"post":{"operationId":"revokeToken","requestBody":{"content":{"app\#
        lication/x-www-form-urlencoded":{"schema":{"properties":{"token":{"type":"string"}},"requi\#
        red":["token"],"type":"object"}}},"required":true},"responses":{"200":{"content":{"applica\#
        tion/json":{"schema":{"maxProperties":0,"type":"object"}}},"description":"Done; an unknown\#
         token is answered in the same way."},"400":{"$ref":"#/components/responses/OAuthError"},"\#
        405":{"$ref":"#/components/responses/MethodNotAllowed"},"408":{"$ref":"#/components/respon\#
        ses/Refused"},"413":{"$ref":"#/components/responses/Refused"},"415":{"$ref":"#/components/\#
        responses/Error"},"429":{"$ref":"#/components/responses/TooMany"},"503":{"$ref":"#/compone\#
        nts/responses/Unavailable"}},"security":[],"summary":"Ends the rights of the device that h\#
        olds a token (RFC 7009).","tags":["sign-in"]}},"/v1/oauth/token":{"post":{"operationId":"e\#
        xchangeToken","requestBody":{"content":{"application/x-www-form-urlencoded":{"schema":{"on\#
        eOf":[{"properties":{"device_code":{"type":"string"},"grant_type":{"const":"urn:ietf:param\#
        s:oauth:grant-type:device_code"}},"required":["grant_type","device_code"],"type":"object"}\#
        ,{"properties":{"grant_type":{"const":"refresh_token"},"refresh_token":{"type":"string"}},\#
        "required":["grant_type","refresh_token"],"type":"object"}]}}},"required":true},"responses\#
        ":{"200":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Tokens"}}}\#
        ,"description":"Tokens. Both are new, also after a refresh."},"400":{"$ref":"#/components/\#
        responses/OAuthError"},"405":{"$ref":"#/components/responses/MethodNotAllowed"},"408":{"$r\#
        ef":"#/components/responses/Refused"},"413":{"$ref":"#/components/responses/Refused"},"415\#
        ":{"$ref":"#/components/responses/Error"},"429":{"$ref":"#/components/responses/TooMany"},\#
        "503":{"$ref":"#/components/responses/Unavailable"}},"security":[],"summary":"Exchanges a\#
         device code or a refresh token for tokens.","tags":["sign-in"]}},"/v1/reconcile":{"post":\#
        {"description":"One frame a line, as for `/v1/sync`: a `reconcile` and claims go up; what\#
         differs comes down. See section 19 of\nprotocol.md.\n","operationId":"reconcile","request\#
        Body":{"content":{"application/json":{"examples":{"first":{"summary":"Where to begin; clai\#
        ms follow, one a line.","value":{"frame":"reconcile"}}},"schema":{"$ref":"#/components/sch\#
        emas/ReconcileRequestFrame"}},"application/vnd.tangrat.sync":{}},"required":true},"respons\#
        es":{"200":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Response\#
        Frame"}},"application/vnd.tangrat.sync":{}},"description":"Frames, one a line, from `hello\#
        ` to `reconciled` or `error`."},"400":{"$ref":"#/components/responses/Error"},"401":{"$ref\#
        ":"#/components/responses/Error"},"405":{"$ref":"#/components/responses/MethodNotAllowed"}\#
        ,"408":{"$ref":"#/components/responses/Refused"},"413":{"$ref":"#/components/responses/Ref\#
        used"},"415":{"$ref":"#/components/responses/Error"},"429":{"$ref":"#/components/responses\#
        /TooMany"},"500":{"$ref":"#/components/responses/Error"},"503":{"$ref":"#/components/respo\#
        nses/Unavailable"}},"security":[{"device":[]}],"summary":"Compares what a device holds wit\#
        h the server, as JSON lines.","tags":["sync"]}},"/v1/sync":{"post":{"description":"One fra\#
        me a line. The binary form has the media type `application/vnd.tangrat.sync`. With a binar\#
        y request,\n`Accept: application/json` asks for lines in the answer.\n","operationId":"syn\#
        c","requestBody":{"content":{"application/json":{"examples":{"first":{"summary":"A first s\#
        ync.","value":{"frame":"sync"}}},"schema":{"$ref":"#/components/schemas/RequestFrame"}},"a\#
        pplication/vnd.tangrat.sync":{}},"required":true},"responses":{"200":{"content":{"applicat\#
        ion/json":{"schema":{"$ref":"#/components/schemas/ResponseFrame"}},"application/vnd.tangra\#
        t.sync":{}},"description":"Frames, one a line, from `hello` to exactly one end. A short bi\#
        nary answer has no `Content-Type`.\n"},"400":{"$ref":"#/components/responses/Error"},"401"\#
        :{"$ref":"#/components/responses/Error"},"405":{"$ref":"#/components/responses/MethodNotAl\#
        lowed"},"408":{"$ref":"#/components/responses/Refused"},"413":{"$ref":"#/components/respon\#
        ses/Refused"},"415":{"$ref":"#/components/responses/Error"},"429":{"$ref":"#/components/re\#
        sponses/TooMany"},"500":{"$ref":"#/components/responses/Error"},"503":{"$ref":"#/component\#
        s/responses/Unavailable"}},"security":[{"device":[]}],"summary":"Pushes writes and pulls r\#
        ows, as JSON lines.","tags":["sync"]}}},"servers":[{"description":"A server on this machin\#
        e. Elsewhere it stands behind a TLS proxy.","url":"http://127.0.0.1:8470"}],"tags":[{"name\#
        ":"sign-in"},{"name":"sync"},{"name":"feed"},{"name":"operations"}]}
        """#
}
