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
        _timeout`, `http.body_timeout`); the\nconnection is closed. What was sent may not have bee\#
        n taken.\n"},"TooMany":{"content":{"application/json":{"schema":{"$ref":"#/components/sche\#
        mas/Error"}}},"description":"Too many requests of this sign-in are open at once, or a devi\#
        ce or an address asks too fast, or a person has tried too many codes; `code` says which. N\#
        othing was taken.","headers":{"Retry-After":{"description":"Seconds.","schema":{"type":"in\#
        teger"}}}},"Unavailable":{"content":{"application/json":{"schema":{"$ref":"#/components/sc\#
        hemas/Error"}}},"description":"Busy, stopping, or the store cannot be read or written. Not\#
        hing was taken.","headers":{"Retry-After":{"description":"Seconds.","schema":{"type":"inte\#
        ger"}}}}},"schemas":{"Base64URL":{"pattern":"^[A-Za-z0-9_-]*$","type":"string"},"Count":{"\#
        minimum":0,"type":"integer"},"Depth":{"default":0,"maximum":64,"minimum":0,"type":"integer\#
        "},"DeviceAuthorization":{"properties":{"device_code":{"type":"string"},"expires_in":{"typ\#
        e":"integer"},"interval":{"type":"integer"},"user_code":{"pattern":"^[BCDFGHJKLMNPQRSTVWXZ\#
        ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$","type":"string"},"verification_uri":{"description":"A pag\#
        e under the server's public address that tells how a code is confirmed.","format":"uri","t\#
        ype":"string"},"verification_uri_complete":{"description":"The same for this code.","forma\#
        t":"uri","type":"string"}},"required":["device_code","expires_in","interval","user_code","\#
        verification_uri","verification_uri_complete"],"type":"object"},"Dot":{"pattern":"^[0-9a-f\#
        ]{16}\\.(0|[1-9][0-9]*)$","type":"string"},"Error":{"properties":{"error":{"properties":{"\#
        advice":{"description":"What to do, in English.","type":"string"},"advice_th":{"type":"str\#
        ing"},"code":{"examples":["http.body_too_large"],"type":"string"},"message":{"description"\#
        :"What is wrong, in English.","type":"string"},"message_th":{"type":"string"},"position":{\#
        "description":"The byte of the head or of the body, or the line of a body of lines.","mini\#
        mum":0,"type":"integer"}},"required":["code","message","message_th","advice","advice_th"],\#
        "type":"object"}},"required":["error"],"type":"object"},"FeedAnswerLine":{"oneOf":[{"prope\#
        rties":{"from":{"type":"integer"},"status":{"enum":["applied","unchanged","stale"]},"to":{\#
        "type":"integer"}},"required":["from","to","status"],"type":"object"},{"properties":{"advi\#
        ce":{"type":"string"},"code":{"type":"string"},"line":{"type":"integer"},"member":{"type":\#
        "string"},"message":{"type":"string"},"offset":{"type":"integer"},"status":{"const":"refus\#
        ed"}},"required":["line","status","code","message","advice"],"type":"object"},{"properties\#
        ":{"applied":{"type":"integer"},"lines":{"type":"integer"},"refused":{"type":"integer"},"s\#
        tale":{"type":"integer"},"status":{"const":"done"},"unchanged":{"type":"integer"}},"requir\#
        ed":["status","lines","applied","unchanged","stale","refused"],"type":"object"},{"$ref":"#\#
        /components/schemas/FeedStopped"}]},"FeedLine":{"additionalProperties":false,"oneOf":[{"re\#
        quired":["body"]},{"required":["deleted"]}],"properties":{"agency":{"$ref":"#/components/s\#
        chemas/Identifier"},"as_of":{"maximum":253402300799999,"minimum":0,"type":"integer"},"body\#
        ":{"type":"object"},"deleted":{"const":1},"id":{"$ref":"#/components/schemas/Identifier"},\#
        "pid":{"pattern":"^[0-9]{13}$","type":"string"},"source_version":{"minimum":1,"type":"inte\#
        ger"},"subject":{"$ref":"#/components/schemas/Identifier"},"table":{"$ref":"#/components/s\#
        chemas/Identifier"}},"required":["table","id","as_of","source_version"],"type":"object"},"\#
        FeedStopped":{"properties":{"advice":{"type":"string"},"code":{"enum":["server.busy","serv\#
        er.storage"]},"message":{"type":"string"},"status":{"const":"stopped"}},"required":["statu\#
        s","code","message","advice"],"type":"object"},"Hashes":{"description":"Ascending, none tw\#
        ice.","items":{"$ref":"#/components/schemas/Sum"},"type":"array"},"Identifier":{"pattern":\#
        "^[A-Za-z0-9_.:-]{1,128}$","type":"string"},"Link":{"pattern":"^[0-9a-f]{16}$","type":"str\#
        ing"},"Mutation":{"properties":{"chain":{"$ref":"#/components/schemas/Link"},"frame":{"con\#
        st":"mutation"},"mid":{"minimum":1,"type":"integer"},"operations":{"items":{"$ref":"#/comp\#
        onents/schemas/Operation"},"maxItems":64,"type":"array"},"origin":{"description":"The name\#
         it had first, as device, mid and link, if that was another one.","pattern":"^[0-9a-f]{16}\#
        \\.[1-9][0-9]*\\.[0-9a-f]{16}$","type":"string"},"schema":{"minimum":0,"type":"integer"},"\#
        time":{"$ref":"#/components/schemas/Time"}},"required":["frame","mid","time","schema","cha\#
        in","operations"],"type":"object"},"OAuthError":{"properties":{"error":{"enum":["authoriza\#
        tion_pending","access_denied","expired_token","invalid_grant","invalid_request","unsupport\#
        ed_grant_type"]},"error_description":{"type":"string"}},"required":["error"],"type":"objec\#
        t"},"Operation":{"properties":{"do":{"enum":["create","delete","set","raise","mark","add",\#
        "remove","increment","write","submit"]},"dots":{"items":{"$ref":"#/components/schemas/Dot"\#
        },"maxItems":1024,"type":"array"},"field":{"$ref":"#/components/schemas/Identifier"},"id":\#
        {"$ref":"#/components/schemas/Identifier"},"number":{"description":"For raise and incremen\#
        t.","type":"integer"},"table":{"$ref":"#/components/schemas/Identifier"},"text":{"descript\#
        ion":"For add, remove and write.","type":"string"},"value":{"description":"For set and sub\#
        mit."}},"required":["do","table","id"],"type":"object"},"Parts":{"items":{"properties":{"c\#
        ount":{"$ref":"#/components/schemas/Count"},"sum":{"$ref":"#/components/schemas/Sum"}},"re\#
        quired":["count","sum"],"type":"object"},"type":"array"},"Push":{"properties":{"base_chain\#
        ":{"$ref":"#/components/schemas/Link"},"frame":{"const":"push"}},"required":["frame","base\#
        _chain"],"type":"object"},"ReconcileRequestFrame":{"description":"One line of a request fo\#
        r repair; the first is `reconcile`.","oneOf":[{"properties":{"bytes_max":{"default":262144\#
        ,"minimum":0,"type":"integer"},"frame":{"const":"reconcile"},"goes_on":{"default":0,"enum"\#
        :[0,1]},"mismatch":{"default":0,"description":"1 where a checkpoint did not add up.","enum\#
        ":[0,1]},"schema":{"default":1,"minimum":0,"type":"integer"}},"required":["frame"],"type":\#
        "object"},{"properties":{"bucket":{"type":"string"},"depth":{"$ref":"#/components/schemas/\#
        Depth"},"frame":{"const":"sums"},"low":{"$ref":"#/components/schemas/Link"},"parts":{"$ref\#
        ":"#/components/schemas/Parts"},"split":{"maximum":8,"minimum":0,"type":"integer"}},"requi\#
        red":["frame","bucket","split","parts"],"type":"object"},{"properties":{"bucket":{"type":"\#
        string"},"depth":{"$ref":"#/components/schemas/Depth"},"frame":{"const":"items"},"hashes":\#
        {"$ref":"#/components/schemas/Hashes"},"low":{"$ref":"#/components/schemas/Link"}},"requir\#
        ed":["frame","bucket","hashes"],"type":"object"}]},"RequestFrame":{"description":"One line\#
         of a request.","oneOf":[{"$ref":"#/components/schemas/Sync"},{"$ref":"#/components/schema\#
        s/Push"},{"$ref":"#/components/schemas/Mutation"}]},"ResponseFrame":{"description":"One li\#
        ne of an answer.","oneOf":[{"properties":{"frame":{"const":"hello"},"magic":{"const":"TRS1\#
        "},"server_ms":{"type":"integer"}},"required":["frame","magic","server_ms"],"type":"object\#
        "},{"properties":{"ahead":{"$ref":"#/components/schemas/Count"},"bucket":{"type":"string"}\#
        ,"count":{"$ref":"#/components/schemas/Count"},"epoch":{"$ref":"#/components/schemas/Count\#
        "},"frame":{"const":"bucket"},"head":{"$ref":"#/components/schemas/Count"},"lease_until":{\#
        "$ref":"#/components/schemas/Count"},"priority":{"$ref":"#/components/schemas/Count"},"sum\#
        ":{"$ref":"#/components/schemas/Sum"}},"required":["frame","bucket","epoch","head","count"\#
        ,"sum","priority","lease_until","ahead"],"type":"object"},{"properties":{"bucket":{"type":\#
        "string"},"frame":{"const":"bucket_gone"}},"required":["frame","bucket"],"type":"object"},\#
        {"properties":{"as_of":{"type":"integer"},"body":{"type":"object"},"bucket":{"type":"strin\#
        g"},"frame":{"const":"row"},"id":{"$ref":"#/components/schemas/Identifier"},"owner":{"$ref\#
        ":"#/components/schemas/Identifier"},"rev":{"$ref":"#/components/schemas/Count"},"source_v\#
        ersion":{"type":"integer"},"table":{"$ref":"#/components/schemas/Identifier"}},"required":\#
        ["frame","bucket","table","id","owner","rev","as_of","source_version","body"],"type":"obje\#
        ct"},{"properties":{"bucket":{"type":"string"},"frame":{"const":"tombstone"},"id":{"$ref":\#
        "#/components/schemas/Identifier"},"rev":{"$ref":"#/components/schemas/Count"},"table":{"$\#
        ref":"#/components/schemas/Identifier"}},"required":["frame","bucket","table","id","rev"],\#
        "type":"object"},{"properties":{"code":{"type":"string"},"detail":{"type":"string"},"first\#
        ":{"$ref":"#/components/schemas/Count"},"frame":{"const":"outcomes"},"last":{"$ref":"#/com\#
        ponents/schemas/Count"},"status":{"enum":["accepted","merged","refused"]}},"required":["fr\#
        ame","first","last","status","code","detail"],"type":"object"},{"description":"An end; mor\#
        e is to come.","properties":{"cursor":{"$ref":"#/components/schemas/Base64URL"},"frame":{"\#
        const":"page"},"rows":{"$ref":"#/components/schemas/Count"},"sum":{"$ref":"#/components/sc\#
        hemas/Sum"}},"required":["frame","cursor","rows","sum"],"type":"object"},{"description":"A\#
        n end; the mirror is complete.","properties":{"acked_chain":{"$ref":"#/components/schemas/\#
        Link"},"acked_mid":{"$ref":"#/components/schemas/Count"},"cursor":{"$ref":"#/components/sc\#
        hemas/Base64URL"},"frame":{"const":"checkpoint"},"lineage":{"$ref":"#/components/schemas/B\#
        ase64URL"},"rows":{"$ref":"#/components/schemas/Count"},"sum":{"$ref":"#/components/schema\#
        s/Sum"}},"required":["frame","cursor","rows","sum","acked_mid","acked_chain","lineage"],"t\#
        ype":"object"},{"description":"An end without rows.","properties":{"acked_mid":{"$ref":"#/\#
        components/schemas/Count"},"frame":{"enum":["unchanged","pushed"]}},"required":["frame","a\#
        cked_mid"],"type":"object"},{"description":"An end; compare what is held by `/v1/reconcile\#
        `, or begin again with an empty cursor.","properties":{"frame":{"const":"restart"},"reason\#
        ":{"enum":["cursor.invalid","cursor.lineage","cursor.floor","cursor.epoch","cursor.future"\#
        ]}},"required":["frame","reason"],"type":"object"},{"description":"An end; the rest of the\#
         push was not taken.","properties":{"acked_mid":{"$ref":"#/components/schemas/Count"},"cod\#
        e":{"examples":["push.gap","push.forked"],"type":"string"},"frame":{"const":"error"},"mess\#
        age":{"type":"string"},"retry_after_ms":{"$ref":"#/components/schemas/Count"}},"required":\#
        ["frame","code","message","retry_after_ms","acked_mid"],"type":"object"},{"description":"W\#
        hat the server holds of a range that differs; one of the answers of `/v1/reconcile`.","pro\#
        perties":{"bucket":{"type":"string"},"depth":{"$ref":"#/components/schemas/Depth"},"frame"\#
        :{"const":"parts"},"low":{"$ref":"#/components/schemas/Link"},"parts":{"$ref":"#/component\#
        s/schemas/Parts"},"split":{"maximum":8,"minimum":0,"type":"integer"}},"required":["frame",\#
        "bucket","depth","low","split","parts"],"type":"object"},{"description":"Rows that the ser\#
        ver has not.","properties":{"bucket":{"type":"string"},"frame":{"const":"surplus"},"hashes\#
        ":{"$ref":"#/components/schemas/Hashes"}},"required":["frame","bucket","hashes"],"type":"o\#
        bject"},{"description":"The end of an answer of `/v1/reconcile`.","properties":{"answered"\#
        :{"$ref":"#/components/schemas/Count"},"cursor":{"$ref":"#/components/schemas/Base64URL"},\#
        "frame":{"const":"reconciled"},"rows":{"$ref":"#/components/schemas/Count"},"sum":{"$ref":\#
        "#/components/schemas/Sum"}},"required":["frame","cursor","rows","sum","answered"],"type":\#
        "object"}]},"Sum":{"pattern":"^[0-9a-f]{32}$","type":"string"},"Sync":{"properties":{"byte\#
        s_max":{"default":262144,"minimum":0,"type":"integer"},"checkpoint":{"default":0,"descript\#
        ion":"1 asks for a checkpoint also where nothing is new.","enum":[0,1]},"cursor":{"$ref":\#
        "#/components/schemas/Base64URL"},"frame":{"const":"sync"},"outcomes_seen":{"default":0,"m\#
        inimum":0,"type":"integer"},"priority_max":{"default":9,"description":"Not used yet.","min\#
        imum":0,"type":"integer"},"rows_max":{"default":10000,"minimum":0,"type":"integer"},"schem\#
        a":{"default":1,"minimum":0,"type":"integer"}},"required":["frame"],"type":"object"},"Time\#
        ":{"pattern":"^[0-9a-f]{16}-[0-9a-f]{16}$","type":"string"},"Tokens":{"properties":{"acces\#
        s_token":{"pattern":"^tra_","type":"string"},"device_id":{"$ref":"#/components/schemas/Lin\#
        k","description":"The device that the sign-in named, if it may go on; else a new one."},"e\#
        xpires_in":{"type":"integer"},"refresh_token":{"pattern":"^trr_","type":"string"},"subject\#
        ":{"$ref":"#/components/schemas/Identifier"},"token_type":{"const":"Bearer"}},"required":[\#
        "access_token","device_id","expires_in","refresh_token","subject","token_type"],"type":"ob\#
        ject"}},"securitySchemes":{"agency":{"description":"An agency's key, trk_\u2026","scheme":\#
        "bearer","type":"http"},"device":{"description":"An access token, tra_\u2026","scheme":"be\#
        arer","type":"http"}}},"info":{"description":"The binary form of `/v1/sync` and all rules\#
         are in protocol.md. Nothing here is planned: it describes what the\nserver answers now.\n\#
        \nAny other address is answered 404 (`#/components/responses/NotFound`). Before an address\#
         is looked at, a message that\nbreaks a rule of HTTP is refused with 400, 408, 413, 414, 4\#
        17, 431, 501, 503 or 505, and the connection is closed.\n`HEAD` is answered where `GET` is\#
        , but for `/v1/live`.\n","license":{"identifier":"Apache-2.0","name":"Apache-2.0"},"summar\#
        y":"What is JSON in the sync server's interface.","title":"TangRat Sync","version":"0.1.0"\#
        },"openapi":"3.1.0","paths":{"/.well-known/oauth-authorization-server":{"get":{"operationI\#
        d":"authorisationMetadata","responses":{"200":{"content":{"application/json":{"schema":{"p\#
        roperties":{"device_authorization_endpoint":{"format":"uri","type":"string"},"grant_types_\#
        supported":{"items":{"type":"string"},"type":"array"},"issuer":{"format":"uri","type":"str\#
        ing"},"response_types_supported":{"items":{"type":"string"},"maxItems":0,"type":"array"},"\#
        revocation_endpoint":{"format":"uri","type":"string"},"revocation_endpoint_auth_methods_su\#
        pported":{"items":{"const":"none"},"type":"array"},"service_documentation":{"format":"uri"\#
        ,"type":"string"},"token_endpoint":{"format":"uri","type":"string"},"token_endpoint_auth_m\#
        ethods_supported":{"items":{"const":"none"},"type":"array"}},"required":["issuer","token_e\#
        ndpoint","device_authorization_endpoint","revocation_endpoint","grant_types_supported","re\#
        sponse_types_supported"],"type":"object"}}},"description":"The addresses, under the server\#
        's public address, and the ways to sign in."},"400":{"$ref":"#/components/responses/Error"\#
        },"405":{"$ref":"#/components/responses/MethodNotAllowed"},"408":{"$ref":"#/components/res\#
        ponses/Refused"}},"security":[],"summary":"What a program must know to sign a device in (R\#
        FC 8414).","tags":["sign-in"]}},"/device":{"get":{"operationId":"verification","responses"\#
        :{"200":{"content":{"text/html":{"schema":{"type":"string"}}},"description":"Without a for\#
        m or a script. It says nothing about any code."},"400":{"$ref":"#/components/responses/Err\#
        or"},"405":{"$ref":"#/components/responses/MethodNotAllowed"},"408":{"$ref":"#/components/\#
        responses/Refused"}},"security":[],"summary":"A page for people that tells how a sign-in i\#
        s confirmed.","tags":["sign-in"]}},"/device/{user_code}":{"get":{"operationId":"verificati\#
        onOfCode","parameters":[{"in":"path","name":"user_code","required":true,"schema":{"type":"\#
        string"}}],"responses":{"200":{"content":{"text/html":{"schema":{"type":"string"}}},"descr\#
        iption":"As without a code."},"400":{"$ref":"#/components/responses/Error"},"405":{"$ref":\#
        "#/components/responses/MethodNotAllowed"},"408":{"$ref":"#/components/responses/Refused"}\#
        },"security":[],"summary":"The same page for one code.","tags":["sign-in"]}},"/healthz":{"\#
        get":{"operationId":"health","responses":{"200":{"content":{"application/json":{"schema":{\#
        "properties":{"status":{"const":"ok"}},"required":["status"],"type":"object"}}},"descripti\#
        on":"It does."},"400":{"$ref":"#/components/responses/Error"},"405":{"$ref":"#/components/\#
        responses/MethodNotAllowed"},"408":{"$ref":"#/components/responses/Refused"}},"security":[\#
        ],"summary":"Whether the process answers.","tags":["operations"]}},"/metrics":{"get":{"ope\#
        rationId":"metrics","responses":{"200":{"content":{"text/plain":{"schema":{"type":"string"\#
        }}},"description":"No counter names a person."},"400":{"$ref":"#/components/responses/Erro\#
        r"},"405":{"$ref":"#/components/responses/MethodNotAllowed"},"408":{"$ref":"#/components/r\#
        esponses/Refused"}},"security":[],"summary":"Counters in the text format of Prometheus.","\#
        tags":["operations"]}},"/openapi.json":{"get":{"operationId":"openapi","responses":{"200":\#
        {"content":{"application/json":{"schema":{"required":["openapi","info","paths"],"type":"ob\#
        ject"}}},"description":"OpenAPI 3.1."},"400":{"$ref":"#/components/responses/Error"},"405"\#
        :{"$ref":"#/components/responses/MethodNotAllowed"},"408":{"$ref":"#/components/responses/\#
        Refused"}},"security":[],"summary":"This document, as JSON.","tags":["operations"]}},"/rea\#
        dyz":{"get":{"operationId":"ready","responses":{"200":{"content":{"application/json":{"sch\#
        ema":{"properties":{"status":{"const":"ready"}},"required":["status"],"type":"object"}}},"\#
        description":"They are."},"400":{"$ref":"#/components/responses/Error"},"405":{"$ref":"#/c\#
        omponents/responses/MethodNotAllowed"},"408":{"$ref":"#/components/responses/Refused"},"50\#
        3":{"$ref":"#/components/responses/Unavailable"}},"security":[],"summary":"Whether request\#
        s are taken.","tags":["operations"]}},"/v1/agency/records":{"post":{"operationId":"feed","\#
        requestBody":{"content":{"application/x-ndjson":{"schema":{"$ref":"#/components/schemas/Fe\#
        edLine"}}},"required":true},"responses":{"200":{"content":{"application/x-ndjson":{"schema\#
        ":{"$ref":"#/components/schemas/FeedAnswerLine"}}},"description":"Lines as the feed is tak\#
        en; the last one has the status `done`."},"400":{"$ref":"#/components/responses/Error"},"4\#
        01":{"$ref":"#/components/responses/Error"},"405":{"$ref":"#/components/responses/MethodNo\#
        tAllowed"},"408":{"$ref":"#/components/responses/Refused"},"415":{"$ref":"#/components/res\#
        ponses/Error"},"503":{"$ref":"#/components/responses/Unavailable"}},"security":[{"agency":\#
        []}],"summary":"Takes an agency's rows, of any number.","tags":["feed"]}},"/v1/devices":{"\#
        get":{"operationId":"listDevices","responses":{"200":{"content":{"application/json":{"sche\#
        ma":{"properties":{"devices":{"items":{"properties":{"added_ms":{"description":"When it si\#
        gned in.","format":"int64","type":"integer"},"current":{"description":"Whether it is the o\#
        ne that asks.","enum":[0,1]},"device_id":{"$ref":"#/components/schemas/Link"},"name":{"des\#
        cription":"What it called itself.","type":"string"},"wrote_ms":{"description":"When it las\#
        t wrote; 0 if never.","format":"int64","type":"integer"}},"required":["added_ms","current"\#
        ,"device_id","name","wrote_ms"],"type":"object"},"maxItems":100,"type":"array"}},"required\#
        ":["devices"],"type":"object"}}},"description":"At most 100."},"400":{"$ref":"#/components\#
        /responses/Error"},"401":{"$ref":"#/components/responses/Error"},"405":{"$ref":"#/componen\#
        ts/responses/MethodNotAllowed"},"408":{"$ref":"#/components/responses/Refused"},"429":{"$r\#
        ef":"#/components/responses/TooMany"},"503":{"$ref":"#/components/responses/Unavailable"}}\#
        ,"security":[{"device":[]}],"summary":"The devices of the person who asks, whose rights ha\#
        ve not ended, the newest first.","tags":["sign-in"]}},"/v1/devices/end":{"post":{"operatio\#
        nId":"endDevice","requestBody":{"content":{"application/x-www-form-urlencoded":{"schema":{\#
        "properties":{"device":{"pattern":"^[0-9a-f]{16}$","type":"string"}},"required":["device"]\#
        ,"type":"object"}}},"required":true},"responses":{"200":{"content":{"application/json":{"s\#
        chema":{"properties":{"ended":{"enum":[0,1]}},"required":["ended"],"type":"object"}}},"des\#
        cription":"Whether it is one of the person's, and has no rights now. A device of somebody\#
         else is answered like one that\nis not known.\n"},"400":{"$ref":"#/components/responses/O\#
        AuthError"},"401":{"$ref":"#/components/responses/Error"},"405":{"$ref":"#/components/resp\#
        onses/MethodNotAllowed"},"408":{"$ref":"#/components/responses/Refused"},"413":{"$ref":"#/\#
        components/responses/Refused"},"415":{"$ref":"#/components/responses/Error"},"429":{"$ref"\#
        :"#/components/responses/TooMany"},"503":{"$ref":"#/components/responses/Unavailable"}},"s\#
        ecurity":[{"device":[]}],"summary":"Ends the rights of a device of the same person.","tags\#
        ":["sign-in"]}},"/v1/devices/replace":{"post":{"operationId":"replaceDevice","requestBody"\#
        :{"content":{"application/x-www-form-urlencoded":{"schema":{"properties":{"after":{"format\#
        ":"int64","minimum":0,"type":"integer"},"device":{"pattern":"^[0-9a-f]{16}$","type":"strin\#
        g"}},"required":["device","after"],"type":"object"}}},"required":true},"responses":{"200":\#
        {"content":{"application/json":{"schema":{"properties":{"chains":{"pattern":"^([0-9a-f]{16\#
        }){0,1000}$","type":"string"},"last":{"format":"int64","type":"integer"},"took_effect":{"p\#
        attern":"^[01]{0,1000}$","type":"string"}},"required":["chains","last","took_effect"],"typ\#
        e":"object"}}},"description":"What the device did after that mutation; nothing of a device\#
         that is not known."},"400":{"$ref":"#/components/responses/OAuthError"},"401":{"$ref":"#/\#
        components/responses/Error"},"405":{"$ref":"#/components/responses/MethodNotAllowed"},"408\#
        ":{"$ref":"#/components/responses/Refused"},"413":{"$ref":"#/components/responses/Refused"\#
        },"415":{"$ref":"#/components/responses/Error"},"429":{"$ref":"#/components/responses/TooM\#
        any"},"503":{"$ref":"#/components/responses/Unavailable"}},"security":[{"device":[]}],"sum\#
        mary":"Ends the rights of a device of the same person, and tells which of its writes were\#
         taken.","tags":["sign-in"]}},"/v1/live":{"get":{"operationId":"live","responses":{"200":{\#
        "content":{"text/event-stream":{"schema":{"type":"string"}}},"description":"Events `moved`\#
         and `revoked`; a comment every 25 s."},"400":{"$ref":"#/components/responses/Error"},"401\#
        ":{"$ref":"#/components/responses/Error"},"405":{"$ref":"#/components/responses/MethodNotA\#
        llowed"},"408":{"$ref":"#/components/responses/Refused"},"429":{"$ref":"#/components/respo\#
        nses/TooMany"},"503":{"$ref":"#/components/responses/Unavailable"}},"security":[{"device":\#
        []}],"summary":"Says when something moved.","tags":["sync"]}},"/v1/oauth/decision":{"post"\#
        :{"description":"Answered 404 unless an identity provider is configured. The assertion pro\#
        ves itself; see section 3 of protocol.md.\n","operationId":"decideSignIn","requestBody":{"\#
        content":{"application/x-www-form-urlencoded":{"schema":{"properties":{"assertion":{"descr\#
        iption":"A compact JWS with HS256.","type":"string"}},"required":["assertion"],"type":"obj\#
        ect"}}},"required":true},"responses":{"200":{"content":{"application/json":{"schema":{"pro\#
        perties":{"device_name":{"description":"What the device calls itself.","type":"string"}},"\#
        required":["device_name"],"type":"object"}}},"description":"Done, once."},"400":{"$ref":"#\#
        /components/responses/Error"},"404":{"$ref":"#/components/responses/NotFound"},"405":{"$re\#
        f":"#/components/responses/MethodNotAllowed"},"408":{"$ref":"#/components/responses/Refuse\#
        d"},"413":{"$ref":"#/components/responses/Refused"},"415":{"$ref":"#/components/responses/\#
        Error"},"429":{"$ref":"#/components/responses/TooMany"},"503":{"$ref":"#/components/respon\#
        ses/Unavailable"}},"security":[],"summary":"What a person has decided about a sign-in, fro\#
        m the gateway of an identity provider.","tags":["sign-in"]}},"/v1/oauth/device_authorizati\#
        on":{"post":{"operationId":"beginSignIn","requestBody":{"content":{"application/x-www-form\#
        -urlencoded":{"schema":{"properties":{"client_id":{"minLength":1,"type":"string"},"device_\#
        id":{"$ref":"#/components/schemas/Link","description":"The device that this one has been."\#
        },"device_name":{"description":"Cut to 80 bytes.","type":"string"}},"required":["client_id\#
        "],"type":"object"}}},"required":true},"responses":{"200":{"content":{"application/json":{\#
        "schema":{"$ref":"#/components/schemas/DeviceAuthorization"}}},"description":"A code to sh\#
        ow to the person."},"400":{"$ref":"#/components/responses/OAuthError"},"405":{"$ref":"#/co\#
        mponents/responses/MethodNotAllowed"},"408":{"$ref":"#/components/responses/Refused"},"413\#
        ":{"$ref":"#/components/responses/Refused"},"415":{"$ref":"#/components/responses/Error"},\#
        "429":{"$ref":"#/components/responses/TooMany"},"503":{"$ref":"#/components/responses/Unav\#
        ailable"}},"security":[],"summary":"Begins a sign-in (RFC 8628).","tags":["sign-in"]}},"/v\#
        1/oauth/revoke":{"post":{"operationId":"revokeToken","requestBody":{"content":{"applicatio\#
        n/x-www-form-urlencoded":{"schema":{"properties":{"token":{"type":"string"}},"required":["\#
        token"],"type":"object"}}},"required":true},"responses":{"200":{"content":{"application/js\#
        on":{"schema":{"maxProperties":0,"type":"object"}}},"description":"Done; an unknown token\#
         is answered in the same way."},"400":{"$ref":"#/components/responses/OAuthError"},"405":{\#
        "$ref":"#/components/responses/MethodNotAllowed"},"408":{"$ref":"#/components/responses/Re\#
        fused"},"413":{"$ref":"#/components/responses/Refused"},"415":{"$ref":"#/components/respon\#
        ses/Error"},"429":{"$ref":"#/components/responses/TooMany"},"503":{"$ref":"#/components/re\#
        sponses/Unavailable"}},"security":[],"summary":"Ends the rights of the device that holds a\#
         token (RFC 7009).","tags":["sign-in"]}},"/v1/oauth/token":{"post":{"operationId":"exchang\#
        eToken","requestBody":{"content":{"application/x-www-form-urlencoded":{"schema":{"oneOf":[\#
        {"properties":{"device_code":{"type":"string"},"grant_type":{"const":"urn:ietf:params:oaut\#
        h:grant-type:device_code"}},"required":["grant_type","device_code"],"type":"object"},{"pro\#
        perties":{"grant_type":{"const":"refresh_token"},"refresh_token":{"type":"string"}},"requi\#
        red":["grant_type","refresh_token"],"type":"object"}]}}},"required":true},"responses":{"20\#
        0":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Tokens"}}},"desc\#
        ription":"Tokens. Both are new, also after a refresh."},"400":{"$ref":"#/components/respon\#
        ses/OAuthError"},"405":{"$ref":"#/components/responses/MethodNotAllowed"},"408":{"$ref":"#\#
        /components/responses/Refused"},"413":{"$ref":"#/components/responses/Refused"},"415":{"$r\#
        ef":"#/components/responses/Error"},"429":{"$ref":"#/components/responses/TooMany"},"503":\#
        {"$ref":"#/components/responses/Unavailable"}},"security":[],"summary":"Exchanges a device\#
         code or a refresh token for tokens.","tags":["sign-in"]}},"/v1/reconcile":{"post":{"descr\#
        iption":"One frame a line, as for `/v1/sync`: a `reconcile` and claims go up; what differs\#
         comes down. See section 19 of\nprotocol.md.\n","operationId":"reconcile","requestBody":{"\#
        content":{"application/json":{"examples":{"first":{"summary":"Where to begin; claims follo\#
        w, one a line.","value":{"frame":"reconcile"}}},"schema":{"$ref":"#/components/schemas/Rec\#
        oncileRequestFrame"}},"application/vnd.tangrat.sync":{}},"required":true},"responses":{"20\#
        0":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/ResponseFrame"}}\#
        ,"application/vnd.tangrat.sync":{}},"description":"Frames, one a line, from `hello` to `re\#
        conciled` or `error`."},"400":{"$ref":"#/components/responses/Error"},"401":{"$ref":"#/com\#
        ponents/responses/Error"},"405":{"$ref":"#/components/responses/MethodNotAllowed"},"408":{\#
        "$ref":"#/components/responses/Refused"},"413":{"$ref":"#/components/responses/Refused"},"\#
        415":{"$ref":"#/components/responses/Error"},"429":{"$ref":"#/components/responses/TooMany\#
        "},"500":{"$ref":"#/components/responses/Error"},"503":{"$ref":"#/components/responses/Una\#
        vailable"}},"security":[{"device":[]}],"summary":"Compares what a device holds with the se\#
        rver, as JSON lines.","tags":["sync"]}},"/v1/sync":{"post":{"description":"One frame a lin\#
        e. The binary form has the media type `application/vnd.tangrat.sync`. With a binary reques\#
        t,\n`Accept: application/json` asks for lines in the answer.\n","operationId":"sync","requ\#
        estBody":{"content":{"application/json":{"examples":{"first":{"summary":"A first sync.","v\#
        alue":{"frame":"sync"}}},"schema":{"$ref":"#/components/schemas/RequestFrame"}},"applicati\#
        on/vnd.tangrat.sync":{}},"required":true},"responses":{"200":{"content":{"application/json\#
        ":{"schema":{"$ref":"#/components/schemas/ResponseFrame"}},"application/vnd.tangrat.sync":\#
        {}},"description":"Frames, one a line, from `hello` to exactly one end. A short binary ans\#
        wer has no `Content-Type`.\n"},"400":{"$ref":"#/components/responses/Error"},"401":{"$ref"\#
        :"#/components/responses/Error"},"405":{"$ref":"#/components/responses/MethodNotAllowed"},\#
        "408":{"$ref":"#/components/responses/Refused"},"413":{"$ref":"#/components/responses/Refu\#
        sed"},"415":{"$ref":"#/components/responses/Error"},"429":{"$ref":"#/components/responses/\#
        TooMany"},"500":{"$ref":"#/components/responses/Error"},"503":{"$ref":"#/components/respon\#
        ses/Unavailable"}},"security":[{"device":[]}],"summary":"Pushes writes and pulls rows, as\#
         JSON lines.","tags":["sync"]}}},"servers":[{"description":"A server on this machine. Else\#
        where it stands behind a TLS proxy.","url":"http://127.0.0.1:8470"}],"tags":[{"name":"sign\#
        -in"},{"name":"sync"},{"name":"feed"},{"name":"operations"}]}
        """#
}
